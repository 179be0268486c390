import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';

import { folder, properties, TEMPLATES } from './given';

/** The program, if there is one: the judge has it, and who changes the stacks need not build it. */
const PROGRAM = process.env['ORDERS_PROGRAM'];

/** A key of an issuer. */
const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const KEY = { ...publicKey.export({ format: 'jwk' }), kid: 'one', use: 'sig', alg: 'RS256' };

/** What a process is told, with what only AWS has replaced by something of this machine. */
function here(told: Record<string, string>): Record<string, string> {
  const made = folder();
  writeFileSync(join(made, 'jwks.json'), JSON.stringify({ keys: [KEY] }));
  const of = (name: string, value: string): Record<string, string> => (name in told ? { [name]: value } : {});
  const { SESSION_CACHE_URL: _, JWT_JWKS_URL: __, ...rest } = told;
  return {
    ...rest,
    DATABASE_URL: `sqlite://${made}/orders.sqlite`,
    JWT_JWKS_FILE: join(made, 'jwks.json'),
    SECRETS_KEY: randomBytes(32).toString('base64'),
    HOST: '127.0.0.1',
    PORT: '0',
    ...of('METRICS_ADDR', '127.0.0.1:0'),
    ...of('SMTP_URL', 'smtp://127.0.0.1:1'),
  };
}

/** How the program ends when it is called like this, told to stop once it listens, and what it says. */
async function run(args: string[], told: Record<string, string>): Promise<[number, string]> {
  const child = spawn(resolve(String(PROGRAM)), args, { env: here(told) });
  let said = '';
  child.stdout.on('data', (part) => {
    said += part;
    if (said.includes('listening on')) {
      child.kill('SIGTERM');
    }
  });
  child.stderr.on('data', (part) => (said += part));
  const [code] = await once(child, 'close');
  return [code, said];
}

for (const [name, stack] of PROGRAM === undefined ? [] : TEMPLATES) {
  test(`the program takes what ${name} tells it`, async () => {
    for (const { Handler, Environment } of properties(stack, 'AWS::Lambda::Function')) {
      if (Handler !== 'index.handler') {
        const args = Handler === 'serve' ? ['serve'] : ['worker', '--once'];
        const [code, said] = await run(args, Environment.Variables);
        assert.equal(code, 0, said);
      }
    }
    for (const { ContainerDefinitions: [container] } of properties(stack, 'AWS::ECS::TaskDefinition')) {
      const told = [...container.Environment, ...container.Secrets].map((each: any) => [each.Name, each.Value ?? '']);
      const [code, said] = await run(container.Command, Object.fromEntries(told));
      assert.deepEqual([code, said.includes('listening on')], [0, true], said);
    }
  });
}
