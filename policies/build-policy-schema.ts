import { z } from 'zod';
import { policySchema } from '../domain/policy.ts';

/** The JSON Schema of policy files, for editors, as it stands in policies/schema.json. */
export function buildPolicySchema(): string {
  const schema = z.toJSONSchema(policySchema, { target: 'draft-7', io: 'input' });
  return `${JSON.stringify({ ...schema, title: 'Countersign governance policy' }, null, 2)}\n`;
}
