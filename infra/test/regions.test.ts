import { Match } from 'aws-cdk-lib/assertions';
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { settings } from '../lib/settings';
import { example, properties, template } from './given';

test('a country leads to its region, and who is from elsewhere to one that is for others', () => {
  const places = (name: string): unknown[] =>
    properties(template(name), 'AWS::Route53::RecordSet')
      .filter((record) => record.Name === 'shop.example.org.')
      .map((record) => record.GeoLocation.CountryCode);
  assert.deepEqual(places('OrdersRegion-eu'), ['AT', 'CH', 'DE']);
  assert.deepEqual(places('OrdersRegion-us'), ['CA', 'US', '*']);
});

test('a region that cannot take orders is left', () => {
  const stack = template('OrdersRegion-eu');
  stack.hasResourceProperties('AWS::Route53::HealthCheck', {
    HealthCheckConfig: Match.objectLike({
      Type: 'HTTPS',
      FullyQualifiedDomainName: 'eu.shop.example.org',
      ResourcePath: '/health/ready',
    }),
  });
  for (const record of properties(stack, 'AWS::Route53::RecordSet').filter((one) => one.GeoLocation !== undefined)) {
    assert.notEqual(record.HealthCheckId, undefined);
    assert.equal(record.AliasTarget.EvaluateTargetHealth, true);
  }
});

test('events say from which region they are', () => {
  const [task] = properties(template('OrdersRegion-eu'), 'AWS::ECS::TaskDefinition');
  assert.ok(task.ContainerDefinitions[0].Environment.some((each: any) => each.Name === 'REGION' && each.Value === 'eu'));
});

test('a region has a database, a cache and a key of its own', () => {
  for (const name of ['OrdersRegion-eu', 'OrdersRegion-us']) {
    template(name).resourceCountIs('AWS::RDS::DBCluster', 1);
    template(name).resourceCountIs('AWS::ElastiCache::ReplicationGroup', 1);
    template(name).resourceCountIs('AWS::KMS::Key', 1);
  }
});

test('the certificate of a region is for its own name and for the one that all share', () => {
  template('OrdersRegion-us').hasResourceProperties('AWS::CertificateManager::Certificate', {
    DomainName: 'us.shop.example.org',
    SubjectAlternativeNames: ['shop.example.org'],
  });
});

test('a country that leads to two regions is refused', () => {
  const document = example();
  document.regions[1].countries.push('DE');
  assert.throws(() => settings(document), new Error('settings.regions: the country DE is in both eu and us'));
});

test('regions of which none or two are for others are refused', () => {
  for (const [first, second] of [[false, false], [true, true]]) {
    const document = example();
    Object.assign(document.regions[0], { others: first });
    Object.assign(document.regions[1], { others: second });
    assert.throws(() => settings(document), /one region has others, not [02]/);
  }
});

test('regions that share the key of the secrets are refused', () => {
  const document = example();
  document.regions[1].secretsArn = document.regions[0].secretsArn;
  assert.throws(() => settings(document), /settings\.regions: eu and us have the same secretsArn/);
});
