import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { ROOT } from '../lib/root';

/** What a sum of products of numbers comes to, such as `2 × 0.5 + 3 × (1 + 1)`. */
function value(sum: string): number {
  assert.match(sum, /^[\d.()+×/ ]+$/);
  return Number(eval(sum.replaceAll('×', '*')));
}

test('what the page on deployment says that a month costs is what its arithmetic comes to', () => {
  const page = readFileSync(join(ROOT, '..', 'docs', 'deployment.md'), 'utf8');
  const rows = page.split('\n').map((line) => line.split('|').map((cell) => cell.trim()));
  let sums = [0, 0];
  let tables = 0;
  for (const [, what, ...cells] of rows.filter((row) => row.length === 7)) {
    if (what === '**sum**') {
      assert.deepEqual([cells[1], cells[3]], sums.map((sum) => `**${sum.toFixed(2)}**`));
      sums = [0, 0];
      tables += 1;
    } else if (cells[0]?.startsWith('`')) {
      [0, 2].forEach((at, column) => {
        const sum = value(String(cells[at]).replaceAll('`', ''));
        assert.equal(cells[at + 1], sum.toFixed(2), what);
        sums[column]! += Number(cells[at + 1]);
      });
    }
  }
  assert.equal(tables, 2);
});
