/** Runs all tests in one process: making the stacks takes longer than all that is asked of them. */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';

for (const file of readdirSync(__dirname).sort()) {
  if (file.endsWith('.test.js')) {
    require(join(__dirname, file));
  }
}
