import { readFileSync } from 'node:fs';

import { Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';

import { stacks } from '../lib/app';
import { ROOT } from '../lib/root';
import { settings } from '../lib/settings';

// Paths in the settings are below this folder.
process.chdir(ROOT);
const app = stacks(settings(JSON.parse(readFileSync('settings.json', 'utf8'))));
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
app.synth();
