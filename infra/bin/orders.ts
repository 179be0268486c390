import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';

import { stacks } from '../lib/app';
import { ROOT } from '../lib/root';
import { settings } from '../lib/settings';

const file = process.env['ORDERS_SETTINGS'] ?? join(ROOT, 'settings.json');
const app = stacks(settings(JSON.parse(readFileSync(file, 'utf8'))));
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
app.synth();
