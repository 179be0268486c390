/** Writes the templates of `settings.example.json` below `build/templates`, for cfn-lint. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { ROOT } from '../lib/root';
import { TEMPLATES } from './given';

const to = join(ROOT, 'build', 'templates');
mkdirSync(to, { recursive: true });
for (const [name, template] of TEMPLATES) {
  writeFileSync(join(to, `${name}.template.json`), JSON.stringify(template.toJSON(), null, 1));
}
