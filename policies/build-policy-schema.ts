import { z } from 'zod';
import { policySchema } from '../domain/policy.ts';

/** The JSON Schema of policy files, for editors, as it stands in policies/schema.json. */
export function buildPolicySchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(policySchema, { target: 'draft-7', io: 'input' });
  return { ...schema, title: 'Countersign governance policy' };
}
