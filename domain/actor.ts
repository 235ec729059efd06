import { z } from 'zod';

/** Who can act: the words of the CloudEvents `authcontext` extension. */
export const actorTypes = ['user', 'service_account', 'api_key', 'system'] as const;

export const roles = ['submitter', 'validator', 'domain_expert', 'compliance', 'auditor', 'administrator'] as const;
export const roleSchema = z.enum(roles);
export type Role = z.infer<typeof roleSchema>;

/** Roles that may answer a review; the others read, run or submit. */
export const decidingRoles = ['validator', 'domain_expert', 'compliance'] as const satisfies readonly Role[];

/** How an actor reached us; each channel proves less or more about the person behind it. */
export const channels = ['slack', 'email', 'web', 'api'] as const;
export const channelSchema = z.enum(channels);
export type Channel = z.infer<typeof channelSchema>;

export const actorSchema = z.strictObject({ type: z.enum(actorTypes), id: z.string().min(1).max(200) });
/** `id` is a person's handle, or for software the name of the part that acted, such as `workflow/validation`. */
export type Actor = z.infer<typeof actorSchema>;

export const systemActor = (part: string): Actor => ({ type: 'system', id: part });

/** A person or service account as the rules see it. */
export interface Person {
  handle: string;
  name: string;
  email: string;
  type: 'user' | 'service_account';
  roles: Role[];
  department: string | null;
}

export const isDecider = (person: Person): boolean =>
  person.type === 'user' && person.roles.some((role) => (decidingRoles as readonly Role[]).includes(role));
