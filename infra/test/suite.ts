/**
 * Runs all tests in one process, since making the stacks takes longer than all that is asked of them, and writes the
 * templates for cfn-lint.
 */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import './templates';

for (const file of readdirSync(__dirname).sort()) {
  if (file.endsWith('.test.js')) {
    require(join(__dirname, file));
  }
}
