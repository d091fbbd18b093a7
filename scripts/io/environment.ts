/** The variables by which this toolkit is given secrets; programs that it starts have no use for them. */
const SECRETS: ReadonlySet<string> = new Set(['GITEA_TOKEN', 'REGISTRY_PASSWORD']);

/** An environment for a program that is started: without this toolkit's own secrets. */
export function withoutSecrets(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !SECRETS.has(name)));
}
