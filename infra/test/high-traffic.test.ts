import { Match, type Template } from 'aws-cdk-lib/assertions';
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { properties, template, text } from './given';

const STACK = template('OrdersHighTraffic');

/** The container of the service with this role. */
function container(of: Template, role: string): any {
  const containers = properties(of, 'AWS::ECS::TaskDefinition').flatMap((task) => task.ContainerDefinitions);
  return containers.find(({ Environment }) => Environment.some((each: any) => each.Name === 'ROLE' && each.Value === role));
}

/** What a container is told. */
function told(of: Template, role: string): Record<string, string> {
  return Object.fromEntries(container(of, role).Environment.map(({ Name, Value }: any) => [Name, Value]));
}

test('a database that hiccups takes no server out', () => {
  const groups = properties(STACK, 'AWS::ElasticLoadBalancingV2::TargetGroup');
  assert.deepEqual(groups.map((group) => group.HealthCheckPath), ['/health/live', '/health/live']);
});

test('the balancer lets go of a connection before the server does', () => {
  const [outer] = properties(STACK, 'AWS::ElasticLoadBalancingV2::LoadBalancer');
  const idle = outer.LoadBalancerAttributes.find(({ Key }: any) => Key === 'idle_timeout.timeout_seconds').Value;
  assert.ok(Number(told(STACK, 'api')['KEEP_ALIVE_SECONDS']) > Number(idle));
});

test('a server that is replaced finishes what it has read', () => {
  STACK.hasResourceProperties('AWS::ElasticLoadBalancingV2::TargetGroup', {
    TargetGroupAttributes: Match.arrayWith([{ Key: 'deregistration_delay.timeout_seconds', Value: '15' }]),
  });
  assert.equal(container(STACK, 'api').StopTimeout, 30);
});

test('servers and workers are apart, and told the same', () => {
  const [api, worker] = [told(STACK, 'api'), told(STACK, 'worker')];
  assert.deepEqual({ ...api, ROLE: '' }, { ...worker, ROLE: '' });
  assert.deepEqual(container(STACK, 'api').Secrets, container(STACK, 'worker').Secrets);
});

test('the numbers of the program are not on the port where anybody comes', () => {
  assert.equal(told(STACK, 'api')['METRICS_ADDR'], '0.0.0.0:9100');
  const ports = properties(STACK, 'AWS::EC2::SecurityGroupIngress').map((rule) => rule.ToPort);
  assert.deepEqual(ports.sort(), [3000, 5432, 5432, 6379, 6379]);
});

test('no replica is read, since the program cannot tell how far one of Aurora has come', () => {
  assert.equal(JSON.stringify(STACK.toJSON()).includes('DATABASE_REPLICA_URL'), false);
  STACK.resourceCountIs('AWS::RDS::DBInstance', 2);
  STACK.allResourcesProperties('AWS::RDS::DBInstance', { PromotionTier: 0, PubliclyAccessible: false });
});

test('everything is in three zones', () => {
  for (const service of properties(STACK, 'AWS::ECS::Service')) {
    assert.equal(service.NetworkConfiguration.AwsvpcConfiguration.Subnets.length, 3);
    assert.equal(service.NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp, 'DISABLED');
  }
  const [outer] = properties(STACK, 'AWS::ElasticLoadBalancingV2::LoadBalancer');
  assert.equal(outer.Subnets.length, 3);
  STACK.resourceCountIs('AWS::EC2::NatGateway', 3);
  STACK.hasResourceProperties('AWS::ElastiCache::ReplicationGroup', { MultiAZEnabled: true, AutomaticFailoverEnabled: true });
});

test('a deployment that does not come up is taken back', () => {
  STACK.allResourcesProperties('AWS::ECS::Service', {
    DeploymentConfiguration: Match.objectLike({
      DeploymentCircuitBreaker: { Enable: true, Rollback: true },
      MinimumHealthyPercent: 100,
    }),
  });
});

test('how many servers there are follows the requests, and a deployment does not change it', () => {
  STACK.hasResourceProperties('AWS::ApplicationAutoScaling::ScalableTarget', { MinCapacity: 3, MaxCapacity: 12 });
  STACK.hasResourceProperties('AWS::ApplicationAutoScaling::ScalingPolicy', {
    TargetTrackingScalingPolicyConfiguration: Match.objectLike({
      PredefinedMetricSpecification: Match.objectLike({ PredefinedMetricType: 'ALBRequestCountPerTarget' }),
    }),
  });
  const counts = properties(STACK, 'AWS::ECS::Service').map((service) => service.DesiredCount);
  assert.deepEqual(counts, [undefined, 2]);
});

test('storage is a network of its own, that has no way to the Internet', () => {
  const vpcOf = (group: string): string => {
    const found = Object.entries(STACK.findResources('AWS::EC2::SecurityGroup')).find(([id]) => id.startsWith(group));
    return text(found?.[1]['Properties'].VpcId);
  };
  assert.match(vpcOf('DatabaseAccess'), /NetworksStorage/);
  assert.match(vpcOf('SessionsAccess'), /NetworksStorage/);
  assert.match(vpcOf('ServicesApiAccess'), /NetworksServers/);
  const routes = Object.entries(STACK.findResources('AWS::EC2::Route'));
  const fromStorage = routes.filter(([, route]) => /NetworksStorage/.test(text(route['Properties'].RouteTableId)));
  assert.equal(fromStorage.length, 3);
  for (const [, { Properties }] of fromStorage) {
    assert.notEqual(Properties.VpcPeeringConnectionId, undefined);
  }
});

test('others reach the API past the Internet, if they are allowed to', () => {
  STACK.hasResourceProperties('AWS::EC2::VPCEndpointService', { AcceptanceRequired: true });
  STACK.hasResourceProperties('AWS::EC2::VPCEndpointServicePermissions', {
    AllowedPrincipals: ['arn:aws:iam::444455556666:root'],
  });
  STACK.hasResourceProperties('AWS::ElasticLoadBalancingV2::TargetGroup', { TargetType: 'alb' });
});

test('a revocation is never given up for room', () => {
  STACK.hasResourceProperties('AWS::ElastiCache::ParameterGroup', { Properties: { 'maxmemory-policy': 'volatile-lru' } });
});

test('a container writes nothing, and is nobody', () => {
  for (const role of ['api', 'worker']) {
    const { ReadonlyRootFilesystem, User } = container(STACK, role);
    assert.deepEqual([ReadonlyRootFilesystem, User], [true, '65532']);
  }
});

test('somebody is told when customers notice something', () => {
  const names = properties(STACK, 'AWS::CloudWatch::Alarm').map((alarm) => alarm.MetricName);
  for (const name of ['HTTPCode_Target_5XX_Count', 'HTTPCode_ELB_5XX_Count', 'UnHealthyHostCount', 'RunningTaskCount']) {
    assert.ok(names.includes(name), name);
  }
});
