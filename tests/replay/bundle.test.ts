import { isBuiltin } from 'node:module';
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { ensureWorkflowBundle } from '../../scripts/workflow-bundle.ts';

describe('the workflow bundle', () => {
  let code: string;
  beforeAll(async () => {
    code = readFileSync(await ensureWorkflowBundle(), 'utf8');
  });

  it('holds our workflows', () => {
    expect(code).toContain('./workflows/validation.ts');
  });

  it('asks for nothing of Node, whose answers would differ from replay to replay', () => {
    const asked = [...code.matchAll(/\brequire\(\s*["']([^"']+)["']\s*\)/g)].map((match) => match[1]!);
    expect(asked.filter((name) => isBuiltin(name))).toEqual([]);
    expect(code).not.toMatch(/module\.exports = require\(["'](node:)?(fs|crypto|net|http|os|path)["']\)/);
  });

  it('holds no code of ours that reads the environment', () => {
    const ours = [...code.matchAll(/\/\*\*\*\/ "\.\/(workflows|domain|activities|db|api)\/[^"]+"/g)].map(
      (match) => match[0],
    );
    expect(ours.some((name) => /"\.\/(activities|db|api)\//.test(name))).toBe(false);
    expect(code).not.toMatch(/process\s*\.\s*env/);
  });
});
