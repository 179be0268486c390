import { AwsSolutionsChecks } from 'cdk-nag';
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { settings } from '../lib/settings';
import { example, synthesised } from './given';

for (const [name, stack] of synthesised(settings(example()))) {
  test(`${name} keeps the rules of AwsSolutions, or says why not`, () => {
    const report = new AwsSolutionsChecks(stack).validateScope(stack);
    const broken = report.violations.flatMap(({ ruleName, violatingConstructs }: any) =>
      violatingConstructs.map(({ constructPath, locations }: any) => `${ruleName} ${constructPath} ${locations ?? ''}`),
    );
    assert.deepEqual(broken, []);
  });
}
