import { ChartError } from '../errors.ts';
import { displayUrl } from '../http/url.ts';
import { isInternal, isLoopback } from './address.ts';

/**
 * Where a Location, a realm or a `Link` of a server leads, if the client may go there.
 *
 * A server must not make the client its tool inside the client's network (as in
 * go-containerregistry, pkg/v1/remote/write.go): loopback, link-local and private
 * addresses of another host are refused. So is the step from https down to http, and from
 * a registry on the loopback, which speaks http without being told to, to http elsewhere.
 *
 * @param what for the message: `the redirect`, `the upload location`
 * @param plainHttp http with any host was asked for
 * @param named whether the user names the host, too, wherever it is
 * @throws REGISTRY_REDIRECT
 */
export function followable(
  location: string | undefined,
  from: URL,
  what: string,
  plainHttp: boolean,
  named: (target: URL) => boolean = () => false,
): URL {
  if (location === undefined || location === '' || !URL.canParse(location, from.href)) {
    throw refused(from, `${what} is ${location ? 'no URL' : 'missing'}`);
  }
  const target = new URL(location, from);
  if (target.protocol !== 'https:' && target.protocol !== 'http:') {
    throw refused(from, `${what} has the scheme ${target.protocol}`);
  }
  if (from.protocol === 'https:' && target.protocol === 'http:') {
    throw refused(from, `${what} leads from https to ${displayUrl(target)}`);
  }
  const sameHost =
    target.hostname === from.hostname || (isLoopback(target.hostname) && isLoopback(from.hostname));
  if (!sameHost && isInternal(target.hostname) && !named(target)) {
    throw refused(from, `${what} leads to ${displayUrl(target)}, an internal address of another host`);
  }
  if (target.protocol === 'http:' && !isLoopback(target.hostname) && !plainHttp) {
    throw refused(
      from,
      `${what} leads to ${displayUrl(target)}, and http there would show everything to all`,
      {
        hint: 'If that is meant, give --plain-http.',
      },
    );
  }
  // Nobody but the user gives credentials.
  target.username = '';
  target.password = '';
  return target;
}

function refused(from: URL, reason: string, options: { readonly hint?: string } = {}): ChartError {
  return new ChartError('REGISTRY_REDIRECT', `${displayUrl(from)}: ${reason}`, options);
}
