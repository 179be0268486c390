import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';

import { ROOT } from '../lib/root';
import { folder } from './given';

/** A package whose program says what it was called with, and then does this. */
function packageWith(program: string): string {
  const made = folder();
  copyFileSync(join(ROOT, 'lambda', 'bootstrap'), join(made, 'bootstrap'));
  writeFileSync(join(made, 'orders'), `#!/bin/sh\necho "$@" >>called\n${program}\n`);
  chmodSync(join(made, 'orders'), 0o755);
  return made;
}

function start(task: string, handler: string, api = ''): ReturnType<typeof spawn> {
  const environment = { PATH: process.env['PATH'], LAMBDA_TASK_ROOT: task, _HANDLER: handler, AWS_LAMBDA_RUNTIME_API: api };
  return spawn(join(task, 'bootstrap'), { env: environment, stdio: 'ignore' });
}

/** Has the worker's function called once for each of these times that it has left, and says what it answers. */
async function answers(task: string, leftSeconds: number[]): Promise<string[]> {
  const answered: string[] = [];
  let asked = 0;
  let ended = (): void => {};
  const all = new Promise<void>((resolve) => (ended = resolve));
  const lambda = createServer((request, response) => {
    const url = String(request.url).replace('/2018-06-01/runtime/invocation/', '');
    if (request.method === 'GET' && url === 'next') {
      const left = leftSeconds[asked];
      if (left === undefined) {
        ended();
        return;
      }
      asked += 1;
      response.setHeader('Lambda-Runtime-Aws-Request-Id', `event-${asked}`);
      response.setHeader('Lambda-Runtime-Deadline-Ms', String(Date.now() + left * 1000));
      response.end('{"Records": []}');
      return;
    }
    let body = '';
    request.on('data', (part) => (body += part));
    request.on('end', () => {
      answered.push(`${request.method} ${url} ${body}`);
      response.statusCode = 202;
      response.end();
    });
  });
  lambda.listen(0, '127.0.0.1');
  await once(lambda, 'listening');
  const child = start(task, 'work', `127.0.0.1:${(lambda.address() as AddressInfo).port}`);
  const died = once(child, 'exit');
  await Promise.race([all, died.then(() => assert.fail('the function has ended'))]);
  child.kill();
  lambda.closeAllConnections();
  lambda.close();
  await died;
  return answered;
}

test('the API is served by the program itself, to which the adapter speaks', async () => {
  const task = packageWith('exit 0');
  const [code] = await once(start(task, 'serve'), 'exit');
  assert.equal(code, 0);
  assert.equal(readFileSync(join(task, 'called'), 'utf8'), 'serve\n');
});

test('each event has the worker look once, and is answered when it is through', async () => {
  const task = packageWith('exit 0');
  assert.deepEqual(await answers(task, [300, 300]), ['POST event-1/response {}', 'POST event-2/response {}']);
  assert.equal(readFileSync(join(task, 'called'), 'utf8'), 'worker --once\nworker --once\n');
});

test('a run that was not through is a failure, so the queue gives the event again', async () => {
  const failed = '{"errorType": "orders.worker", "errorMessage": "not everything was worked off"}';
  assert.deepEqual(await answers(packageWith('exit 1'), [300]), [`POST event-1/error ${failed}`]);
});

test('a run is told to stop before the function is ended', async () => {
  // 21 s before its end, of which 20 are for stopping, there is one to work.
  const task = packageWith('trap "echo stopped >>called; exit 0" TERM\nsleep 60 & wait');
  const [answer] = await answers(task, [21]);
  assert.match(String(answer), /^POST event-1\/error /);
  assert.equal(readFileSync(join(task, 'called'), 'utf8'), 'worker --once\nstopped\n');
});

test('a change that was logged wakes the worker by a message that the queue has not had before', async () => {
  const sent: unknown[] = [];
  const task = folder();
  const client = join(task, 'node_modules', '@aws-sdk', 'client-sqs');
  mkdirSync(client, { recursive: true });
  writeFileSync(
    join(client, 'index.js'),
    'exports.SendMessageCommand = class { constructor(input) { this.input = input } };\n' +
      'exports.SQSClient = class { async send({ input }) { globalThis.sentByWaker(input) } };\n',
  );
  copyFileSync(join(ROOT, 'lambda', 'wake.js'), join(task, 'wake.js'));
  Object.assign(globalThis, { sentByWaker: (input: unknown) => sent.push(input) });
  process.env['WAKE_QUEUE'] = 'https://queue.example/wake.fifo';
  const { handler } = require(join(task, 'wake.js'));
  await handler({ awslogs: { data: '' } }, { awsRequestId: 'one' });
  await handler({ awslogs: { data: '' } }, { awsRequestId: 'two' });
  const message = { QueueUrl: 'https://queue.example/wake.fifo', MessageGroupId: 'orders' };
  assert.deepEqual(sent, [{ ...message, MessageBody: 'one' }, { ...message, MessageBody: 'two' }]);
});
