/** What the tests have in common: a package that could be one, and the stacks of `settings.example.json`. */

import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { stacks } from '../lib/app';
import { ROOT } from '../lib/root';
import { settings } from '../lib/settings';

const folders: string[] = [];
process.on('exit', () => folders.forEach((made) => rmSync(made, { recursive: true, force: true })));

/** A folder that is gone when the process ends. */
export function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'orders-infra-'));
  folders.push(made);
  return made;
}

/** The beginning of a program for a machine of this number, which asks for this version of glibc. */
export function program(machine: number, glibc: string): Buffer {
  const head = Buffer.alloc(64);
  head.write('\x7fELF', 'latin1');
  head.writeUInt16LE(machine, 18);
  return Buffer.concat([head, Buffer.from(`GLIBC_2.17\0GLIBC_${glibc}\0`)]);
}

/** A package as `lambda/Dockerfile` makes it, but for the program, of which there is only the head. */
export function filledPackage(orders = program(183, '2.34')): string {
  const made = folder();
  writeFileSync(join(made, 'orders'), orders);
  copyFileSync(join(ROOT, 'lambda', 'bootstrap'), join(made, 'bootstrap'));
  writeFileSync(join(made, 'rds.pem'), '');
  writeFileSync(join(made, 'jwks.json'), '{"keys": []}');
  return made;
}

/** `settings.example.json` as it is parsed, for tests that change it. */
export function example(): any {
  const document = JSON.parse(readFileSync(join(ROOT, 'settings.example.json'), 'utf8'));
  document.lowCost.package = filledPackage();
  return document;
}

/** The stacks of `settings.example.json`, by their names. */
export const STACKS: Map<string, Stack> = new Map(
  stacks(settings(example()), { outdir: folder() })
    .node.children.filter((child): child is Stack => Stack.isStack(child))
    .map((stack) => [stack.stackName, stack]),
);

/** Their templates. */
export const TEMPLATES: Map<string, Template> = new Map(
  [...STACKS].map(([name, stack]) => [name, Template.fromStack(stack)]),
);

/** One of them. */
export function template(name: string): Template {
  const found = TEMPLATES.get(name);
  if (found === undefined) {
    throw new Error(`there is no stack ${name}`);
  }
  return found;
}

/** The properties of all resources of this type. */
export function properties(of: Template, type: string): any[] {
  return Object.values(of.findResources(type)).map((resource) => resource['Properties']);
}

/** A value as text, with what is only known to CloudFormation as it is written there. */
export function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
