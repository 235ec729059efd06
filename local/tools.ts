import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';

const toolsFile = resolve(import.meta.dirname, '../node_modules/.countersign/tools.json');

const program = z.object({ path: z.string() });
const toolsSchema = z.object({
  node: program,
  temporal: program.optional(),
  chromium: program.optional(),
  python: program.optional(),
});

type Tool = keyof z.infer<typeof toolsSchema>;

/** The path of a program that set-up found or made. Throws with the command that makes it. */
export function findTool(tool: Tool): string {
  const found = readTools()[tool]?.path;
  if (found === undefined) {
    throw new Error(`${tool} was not set up on this machine: run "node scripts/setup.mjs --with-tests"`);
  }
  return found;
}

function readTools(): z.infer<typeof toolsSchema> | Record<Tool, undefined> {
  try {
    return toolsSchema.parse(JSON.parse(readFileSync(toolsFile, 'utf8')));
  } catch {
    return { node: undefined, temporal: undefined, chromium: undefined, python: undefined };
  }
}
