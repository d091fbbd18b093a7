import { Validator } from '@cfworker/json-schema';
import { beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../scripts/json/json.ts';
import { apply } from '../../scripts/oracle/apply.ts';
import { trial, type Trial } from '../../scripts/page/trial.ts';
import { thisProject } from '../helpers/this-project.ts';

describe('values that are tried', () => {
  let attempt: (text: string) => Trial;
  beforeAll(async () => {
    const { manifest, model, project, files } = await thisProject();
    const { recipe } = project;
    const { defaults } = model;
    const schema = JSON.parse(files.get('values.schema.json') ?? '') as JsonObject;
    const validator = new Validator(schema, '7', false);
    attempt = (text) =>
      trial(text, {
        defaults,
        validate: (values) => validator.validate(values),
        render: (values) => apply({ recipe, manifest, defaults }, values, { name: 'a', namespace: 'b' }),
      });
  });

  it('give the objects of the oracle', () => {
    expect(attempt('').objects).toHaveLength(6);
    expect(attempt('# nothing\n').faults).toEqual([]);
    expect(attempt('rbac:\n  create: false\n').objects?.length).toBeLessThan(6);
  });

  it.each([
    ['a: b: c', 1, /values\.yaml:1/],
    ['a: 1\na: 2\n', 2, /twice|duplicate|unique/i],
    ['- a\n', 1, /values are a map/],
    [
      'platform: k3s\nresources:\n  limits:\n    cpu: true\n',
      4,
      /^resources\.limits\.cpu: must be string or number or null, not boolean$/,
    ],
    ['tolerations:\n  - key: 1\n', 2, /^tolerations\.0\.key: must be string, not number$/],
    ['image:\n  nonsense: 1\n', 2, /nonsense is no value of the chart/],
    ['resources:\n  limits:\n    memory: 1Mi\n', 1, /limit/],
  ])('are told with the line what is wrong with them: %j', (text, line, message) => {
    const { faults, objects } = attempt(text);
    expect(objects).toBeUndefined();
    expect(faults).toEqual([{ line, message: expect.stringMatching(message) as unknown }]);
  });
});
