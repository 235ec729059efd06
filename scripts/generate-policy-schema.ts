// Writes policies/schema.json anew after a change to domain/policy.ts: node scripts/generate-policy-schema.ts
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { buildPolicySchema } from '../policies/build-policy-schema.ts';

const target = join(import.meta.dirname, '../policies/schema.json');
await writeFile(
  target,
  await format(JSON.stringify(buildPolicySchema()), { ...(await resolveConfig(target)), parser: 'json' }),
);
process.stdout.write(`${target} is written.\n`);
