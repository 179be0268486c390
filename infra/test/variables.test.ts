import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { stacks } from '../lib/app';
import { ROOT } from '../lib/root';
import { settings } from '../lib/settings';
import { example, properties, TEMPLATES } from './given';

/** The variables that the program reads, as its settings are written. */
function known(): Set<string> {
  const folder = join(ROOT, '..', 'crates', 'orders-server', 'src', 'config');
  const files = [`${folder}.rs`, ...readdirSync(folder).map((file) => join(folder, file))];
  const source = files.map((file) => readFileSync(file, 'utf8')).join('\n');
  return new Set([...source.matchAll(/\benv = "([A-Z_]+)"/g)].map((found) => String(found[1])));
}

/** Those that the Lambda Web Adapter reads, of which some are set here. */
const ADAPTER = ['AWS_LWA_PORT', 'AWS_LWA_READINESS_CHECK_PATH', 'AWS_LWA_ASYNC_INIT'];

for (const [name, stack] of TEMPLATES) {
  test(`the program knows each variable that ${name} sets`, () => {
    const functions = properties(stack, 'AWS::Lambda::Function').filter((one) => one.Runtime.startsWith('provided'));
    const containers = properties(stack, 'AWS::ECS::TaskDefinition').flatMap((task) => task.ContainerDefinitions);
    const set = [
      ...functions.flatMap((one) => Object.keys(one.Environment.Variables)),
      ...containers.flatMap((one) => [...one.Environment, ...one.Secrets].map((each) => each.Name)),
    ];
    const all = known();
    assert.ok(set.length > 20 && all.size > 30);
    assert.deepEqual(set.filter((variable) => !all.has(variable) && !ADAPTER.includes(variable)), []);
  });

  test(`all processes of ${name} have the key of the secrets, and tokens only`, () => {
    const told = [
      ...properties(stack, 'AWS::Lambda::Function').flatMap((one) => {
        const { Variables } = one.Environment;
        return 'DATABASE_URL' in Variables ? [Variables] : [];
      }),
      ...properties(stack, 'AWS::ECS::TaskDefinition').map(({ ContainerDefinitions: [one] }) =>
        Object.fromEntries([...one.Environment, ...one.Secrets].map((each: any) => [each.Name, each.Value ?? each.ValueFrom])),
      ),
    ];
    assert.equal(told.length, 2);
    for (const variables of told) {
      assert.equal(variables.AUTH, 'jwt');
      assert.match(variables.SECRETS_KEY, /:secret:orders\/\S+:SECRETS_KEY/);
      assert.equal('ALLOW_INSECURE_AUTH' in variables, false);
    }
  });
}

test('a variable on which a stack relies cannot be set beside it', () => {
  for (const variable of ['AUTH', 'DATABASE_CONNECT_TIMEOUT_MS', 'DATABASE_URL', 'ROLE', 'QUEUE_URL']) {
    const document = example();
    document.lowCost.program[variable] = 'something';
    assert.throws(() => stacks(settings(document)), new Error(`settings.program.${variable} cannot be set: the stack sets it itself`));
  }
});
