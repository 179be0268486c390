import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { checkedPackage } from '../lib/low-cost/package';
import { settings } from '../lib/settings';
import { example, filledPackage, folder, program } from './given';

/** What is said of the example after it was changed. */
function refusal(change: (document: any) => void): string {
  const document = example();
  change(document);
  try {
    settings(document);
  } catch (error) {
    return (error as Error).message;
  }
  return 'taken';
}

test('the example can be used, and what it leaves out has a value', () => {
  const { lowCost, highTraffic, regions } = settings(example());
  assert.equal(lowCost?.sweepHours, 6);
  assert.equal(highTraffic?.minServers, 3);
  assert.equal(regions.length, 2);
});

test('a value that cannot be is named, with its place', () => {
  const cases: [(document: any) => void, string][] = [
    [(all) => (all.lowCost.account = '12'), 'settings.lowCost.account cannot be "12": it is not of the form ^\\d{12}$'],
    [(all) => (all.lowCost.sweepHours = 0.01), 'settings.lowCost.sweepHours cannot be 0.01: it is not a whole number from 0 to 24'],
    [(all) => (all.lowCost.natGateway = 'no'), 'settings.lowCost.natGateway cannot be "no": it is neither true nor false'],
    [(all) => (all.lowCost.tokens = []), 'settings.lowCost.tokens cannot be []: it is no object'],
    [(all) => delete all.highTraffic.tokens.issuer, 'settings.highTraffic.tokens.issuer cannot be undefined: it is not of the form ^https:\\/\\/\\S+$'],
    [(all) => (all.highTraffic.domain = 'orders.example.com'), 'settings.highTraffic.domain cannot be "orders.example.com": it is not in the zone example.org'],
    [(all) => (all.regions[0].countries = ['Germany']), 'settings.regions[0].countries cannot be ["Germany"]: it is not a list of texts of the form ^[A-Z]{2}$'],
    [(all) => (all.regions = {}), 'settings.regions cannot be {}: it is no list'],
    [(all) => (all.lowCost.program.CURRENCY = 1), 'settings.lowCost.program.CURRENCY cannot be 1: it is not of the form .'],
  ];
  for (const [change, said] of cases) {
    assert.equal(refusal(change), said);
  }
});

test('a setting that is not known is refused, since it would count for nothing', () => {
  assert.equal(refusal((all) => (all.lowCost.sweepHour = 1)), 'settings.lowCost.sweepHour is not known');
  assert.equal(refusal((all) => (all.regions[1].zone.nam = 'x')), 'settings.regions[1].zone.nam is not known');
  assert.equal(refusal((all) => (all.lowcost = {})), 'settings.lowcost is not known');
});

test('mail without a sender is refused, and a sender without mail', () => {
  for (const change of [
    (all: any) => (all.highTraffic.sendsMail = false),
    (all: any) => delete all.highTraffic.program.MAIL_FROM,
  ]) {
    assert.match(refusal(change), /^settings\.highTraffic\.sendsMail cannot be (true|false): mail needs both/);
  }
});

test('keys of the issuer in two places are refused', () => {
  const said = refusal((all) => (all.lowCost.tokens.jwksUrl = 'https://issuer.example/keys'));
  assert.equal(said, 'settings.lowCost.jwksInPackage cannot be true: tokens.jwksUrl says that the keys are elsewhere');
});

test('a package whose program cannot run in Lambda is refused', () => {
  assert.throws(() => checkedPackage(folder(), false), /has no bootstrap: lambda\/Dockerfile makes the package/);
  assert.throws(() => checkedPackage(filledPackage(program(62, '2.34')), false), /is no program for arm64/);
  assert.throws(() => checkedPackage(filledPackage(Buffer.from('#!/bin/sh')), false), /is no program for arm64/);
  assert.throws(
    () => checkedPackage(filledPackage(program(183, '2.36')), false),
    /asks for glibc 2\.36, and Amazon Linux 2023 has 2\.34/,
  );
  const good = filledPackage(program(183, '2.34'));
  assert.equal(checkedPackage(good, true), good);
});

test('a package of a program that needs no glibc is taken', () => {
  const good = filledPackage();
  writeFileSync(join(good, 'orders'), program(183, '2.34').subarray(0, 64));
  assert.equal(checkedPackage(good, true), good);
});
