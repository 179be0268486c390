import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder of this package: the next one above this file, wherever it was compiled to, that has `cdk.json`. */
export const ROOT = above(__dirname);

function above(folder: string): string {
  return existsSync(join(folder, 'cdk.json')) ? folder : above(dirname(folder));
}
