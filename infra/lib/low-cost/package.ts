import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The minor version of glibc 2 that Amazon Linux 2023 has. */
const GLIBC = 34;

/** The number of arm64 in the head of a program (ELF, `e_machine`). */
const ARM64 = 183;

/**
 * A folder that can be the package of both functions. What would fail only in Lambda is refused here: a program for
 * another machine, or one that asks for a newer glibc than there is.
 */
export function checkedPackage(folder: string, hasKeys: boolean): string {
  for (const file of ['bootstrap', 'orders', 'rds.pem', ...(hasKeys ? ['jwks.json'] : [])]) {
    if (!existsSync(join(folder, file))) {
      throw new Error(`settings.lowCost.package: ${folder} has no ${file}: lambda/Dockerfile makes the package`);
    }
  }
  const program = readFileSync(join(folder, 'orders'));
  if (program.toString('latin1', 0, 4) !== '\x7fELF' || program.readUInt16LE(18) !== ARM64) {
    throw new Error(`settings.lowCost.package: ${join(folder, 'orders')} is no program for arm64 (Linux)`);
  }
  const asked = [...program.toString('latin1').matchAll(/GLIBC_2\.(\d+)/g)].map((found) => Number(found[1]));
  const newest = Math.max(0, ...asked);
  if (newest > GLIBC) {
    const reason = `it asks for glibc 2.${newest}, and Amazon Linux 2023 has 2.${GLIBC}`;
    throw new Error(`settings.lowCost.package: ${join(folder, 'orders')} cannot run there: ${reason}`);
  }
  return folder;
}
