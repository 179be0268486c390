import { Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { stacks } from '../lib/app';
import { FOR_ANYONE } from '../lib/low-cost/gateway';
import { ROOT } from '../lib/root';
import { settings } from '../lib/settings';
import { example, folder, properties, template, text } from './given';

const STACK = template('OrdersLowCost');

function ofHandler(handler: string): any {
  const [found] = properties(STACK, 'AWS::Lambda::Function').filter((one) => one.Handler === handler);
  return found;
}

test('the database pauses when nobody is connected', () => {
  STACK.hasResourceProperties('AWS::RDS::DBCluster', {
    Engine: 'aurora-postgresql',
    ServerlessV2ScalingConfiguration: { MinCapacity: 0, MaxCapacity: 2, SecondsUntilAutoPause: 300 },
  });
});

test('nothing asks the database by the minute', () => {
  const rates = [
    ...properties(STACK, 'AWS::Events::Rule').map((rule) => rule.ScheduleExpression),
    ...properties(STACK, 'AWS::Scheduler::Schedule').map((schedule) => schedule.ScheduleExpression),
  ];
  assert.deepEqual(rates, ['rate(6 hours)']);
});

test('no RDS Proxy keeps the database awake', () => {
  STACK.resourceCountIs('AWS::RDS::DBProxy', 0);
});

test('a connection that a resting function keeps open is closed, so that it does not keep the database awake', () => {
  STACK.hasResourceProperties('AWS::RDS::DBClusterParameterGroup', {
    Parameters: { 'rds.force_ssl': '1', idle_session_timeout: '300000' },
  });
});

test('no probe asks the database', () => {
  assert.equal(ofHandler('serve').Environment.Variables.AWS_LWA_READINESS_CHECK_PATH, '/health/live');
  assert.equal(JSON.stringify(STACK.toJSON()).includes('/health/ready'), false);
});

test('connecting may take as long as the database takes to wake, and all of it less than the gateway waits', () => {
  for (const handler of ['serve', 'work']) {
    const told = ofHandler(handler);
    assert.equal(told.Environment.Variables.DATABASE_CONNECT_TIMEOUT_MS, '25000');
    assert.ok(told.Timeout * 1000 > 25_000);
  }
  assert.ok(ofHandler('serve').Timeout < 30);
});

test('a start that takes longer than a function may take to begin is waited for by the first request', () => {
  assert.equal(ofHandler('serve').Environment.Variables.AWS_LWA_ASYNC_INIT, 'true');
});

test('the API begins nothing that would have to run after the answer', () => {
  assert.equal(ofHandler('serve').Environment.Variables.ROLE, 'api');
});

test('the worker is woken by a queue, and has neither a URL nor the adapter', () => {
  const { Layers } = ofHandler('work');
  assert.equal(Layers, undefined);
  STACK.resourceCountIs('AWS::Lambda::Url', 0);
  STACK.resourceCountIs('AWS::Lambda::EventSourceMapping', 1);
  const [integration, ...others] = properties(STACK, 'AWS::ApiGatewayV2::Integration');
  assert.match(text(integration.IntegrationUri), /ApiFunction/);
  assert.deepEqual(others, []);
});

test('the adapter, which posts events of queues to /events, is on a function that no queue calls', () => {
  const [mapping] = properties(STACK, 'AWS::Lambda::EventSourceMapping');
  assert.match(text(mapping.FunctionName), /WorkerFunction/);
  assert.match(text(ofHandler('serve').Layers), /LambdaAdapterLayerArm64/);
});

test('the worker runs once at a time, so that none looks away while another one has the lease', () => {
  for (const queue of properties(STACK, 'AWS::SQS::Queue')) {
    assert.equal(queue.FifoQueue, true);
  }
  STACK.hasResourceProperties('AWS::Events::Rule', { Targets: [Match.objectLike({ SqsParameters: { MessageGroupId: 'orders' } })] });
});

test('a message that has failed five times is put aside, and somebody is told', () => {
  STACK.hasResourceProperties('AWS::SQS::Queue', {
    RedrivePolicy: { maxReceiveCount: 5, deadLetterTargetArn: Match.objectLike({ 'Fn::GetAtt': Match.anyValue() }) },
  });
  STACK.hasResourceProperties('AWS::CloudWatch::Alarm', {
    MetricName: 'ApproximateNumberOfMessagesVisible',
    Threshold: 1,
    AlarmActions: Match.anyValue(),
  });
});

test('a message is not given again while the worker may still run', () => {
  const [visible] = properties(STACK, 'AWS::SQS::Queue').flatMap((queue) => queue.VisibilityTimeout ?? []);
  assert.ok(visible > ofHandler('work').Timeout);
});

test('changes that were made wake the worker, and reads do not', () => {
  STACK.hasResourceProperties('AWS::Logs::SubscriptionFilter', {
    FilterPattern:
      '{ ($.method = "POST" || $.method = "PUT" || $.method = "PATCH" || $.method = "DELETE") && $.status = "2*" }',
  });
});

test('the gateway logs nothing of who asked or what for', () => {
  const [{ AccessLogSettings }] = properties(STACK, 'AWS::ApiGatewayV2::Stage') as [any];
  const line = JSON.parse(AccessLogSettings.Format);
  assert.deepEqual(Object.keys(line), ['requestId', 'method', 'route', 'status', 'milliseconds']);
});

test('a stranger does not wake the function, but for what the program shows to anybody', () => {
  const open = properties(STACK, 'AWS::ApiGatewayV2::Route').filter((route) => route.AuthorizationType === 'NONE');
  assert.deepEqual(open.map((route) => route.RouteKey), FOR_ANYONE.map((path) => `GET ${path}`));
  STACK.hasResourceProperties('AWS::ApiGatewayV2::Route', { RouteKey: '$default', AuthorizationType: 'JWT' });

  const folder = join(ROOT, '..', 'crates', 'orders-api', 'src', 'routes');
  const rules = readdirSync(folder, { withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => readFileSync(join(folder, file.name), 'utf8'))
    .join('\n');
  const anyone = [...rules.matchAll(/Rule::new\("([^"]+)", Anyone\)/g)].map((found) => found[1]);
  assert.deepEqual(open.map((route) => route.RouteKey).sort(), anyone.sort());
});

test('the functions run on arm64 and Amazon Linux 2023, and reach others by IPv6 without a gateway by the hour', () => {
  for (const handler of ['serve', 'work']) {
    const { Architectures, Runtime, VpcConfig } = ofHandler(handler);
    assert.deepEqual([Architectures, Runtime], [['arm64'], 'provided.al2023']);
    assert.equal(VpcConfig.Ipv6AllowedForDualStack, true);
  }
  STACK.resourceCountIs('AWS::EC2::NatGateway', 0);
  STACK.hasResourceProperties('AWS::EC2::Route', { DestinationIpv6CidrBlock: '::/0', EgressOnlyInternetGatewayId: Match.anyValue() });
});

test('one instance serves one request, so it has few connections, and no more than the database has', () => {
  const { Environment, ReservedConcurrentExecutions } = ofHandler('serve');
  assert.equal(Environment.Variables.DATABASE_POOL_SIZE, '1');
  assert.equal(Environment.Variables.DATABASE_WRITERS, '1');
  // Seven an instance at its start, of those that PostgreSQL takes in 2 GiB for each unit of capacity.
  assert.ok(ReservedConcurrentExecutions * 7 < (2 * 2 ** 31) / 9_531_392);
});

test('a shop may have a way out by IPv4, pages of its own that ask, mail, and no look at a time', () => {
  const { lowCost } = example();
  const program = { ...lowCost.program, CORS_ORIGINS: 'https://shop.example', MAIL_FROM: 'shop@example.org' };
  const other = { ...lowCost, program, natGateway: true, sendsMail: true, jwksInPackage: false, sweepHours: 0 };
  const app = stacks(settings({ lowCost: other }), { outdir: folder() });
  const made = Template.fromStack(app.node.findChild('OrdersLowCost') as Stack);

  made.resourceCountIs('AWS::EC2::NatGateway', 1);
  made.resourceCountIs('AWS::Events::Rule', 0);
  made.hasResourceProperties('AWS::ApiGatewayV2::Route', { RouteKey: 'OPTIONS /{proxy+}', AuthorizationType: 'NONE' });
  const functions = properties(made, 'AWS::Lambda::Function').filter((one) => one.Runtime === 'provided.al2023');
  for (const { Environment: { Variables } } of functions) {
    assert.match(Variables.SMTP_URL, /:SecretString:SMTP_URL/);
    assert.equal('JWT_JWKS_FILE' in Variables, false);
  }
  assert.equal(functions.length, 2);
});
