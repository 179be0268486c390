import { Stack, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { STACKS } from './given';

/** Each rule that a stack breaks and where, also if it says why. */
function broken(stack: Stack, alsoWithReason: boolean): { rule: string; path: string }[] {
  const checks = new AwsSolutionsChecks(stack);
  if (alsoWithReason) {
    Object.assign(checks, { isAcknowledged: () => false });
  }
  return checks.validateScope(stack).violations.flatMap(({ ruleName, violatingResources }) =>
    (violatingResources ?? []).map(({ constructPath }) => ({ rule: ruleName, path: constructPath ?? '' })),
  );
}

/** Each rule of which a stack says why it does not hold, where it says so, and the reason. */
function reasons(stack: Stack): { rule: string; path: string; reason: unknown }[] {
  return stack.node.findAll().flatMap((construct) =>
    construct.node.metadata
      .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
      .flatMap(({ data }) => Object.entries(data))
      .map(([rule, reason]) => ({ rule: rule.replace(/^annotation::/i, ''), path: construct.node.path, reason }))
      .filter(({ rule }) => rule.startsWith('AwsSolutions')),
  );
}

for (const [name, stack] of STACKS) {
  test(`${name} keeps the rules of AwsSolutions, or says why not`, () => {
    assert.deepEqual(broken(stack, false), []);
  });

  test(`${name} says why not of no rule that it keeps`, () => {
    const found = broken(stack, true);
    const said = reasons(stack);
    assert.notEqual(said.length, 0);
    const idle = said.filter(({ rule, path }) => !found.some((one) => one.rule === rule && one.path.startsWith(path)));
    assert.deepEqual(idle, []);
    for (const { reason } of said) {
      assert.match(String(reason), /\S+ \S+ \S+/);
    }
  });
}
