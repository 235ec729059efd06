// Approvals that look ahead: on conditions that somebody is to keep, or counting only if a check still holds.
import { whyNotAhead } from './ahead.ts';
import { Refused, type FieldError } from './errors.ts';
import type { DecideCommand } from './review.ts';

/** Why what the decision promises cannot stand; undefined when it can. `knownPeople`: handles of active people. `checks`: ids of the policy's checks. */
export function promiseRefusal(
  command: DecideCommand,
  facts: { knownPeople: ReadonlySet<string>; checks: ReadonlySet<string> },
  now: Date,
): Refused | undefined {
  const { conditions = [], deferral } = command.form;
  if (conditions.length === 0 && !deferral) return undefined;
  if (command.outcome !== 'APPROVED')
    return new Refused('INVALID', 'Only an approval can be given on conditions.', {
      errors: [{ pointer: deferral ? '/form/deferral' : '/form/conditions', message: 'goes only with APPROVED' }],
    });
  const errors: FieldError[] = [];
  const instant = (pointer: string, value: string) => {
    const message = whyNotAhead(value, now);
    if (message !== undefined) errors.push({ pointer, message });
  };
  conditions.forEach(({ owner, dueAt, expiresAt }, index) => {
    const pointer = `/form/conditions/${index}`;
    if (!facts.knownPeople.has(owner))
      errors.push({ pointer: `${pointer}/owner`, message: 'is no active person of this installation' });
    instant(`${pointer}/dueAt`, dueAt);
    if (expiresAt === undefined) return;
    instant(`${pointer}/expiresAt`, expiresAt);
    if (Date.parse(expiresAt) < Date.parse(dueAt))
      errors.push({ pointer: `${pointer}/expiresAt`, message: 'comes before dueAt' });
  });
  if (deferral) {
    instant('/form/deferral/countsAt', deferral.countsAt);
    if (!facts.checks.has(deferral.check))
      errors.push({ pointer: '/form/deferral/check', message: 'is no check of the policy' });
  }
  return errors.length === 0
    ? undefined
    : new Refused('INVALID', 'What the approval depends on cannot be kept track of.', { errors });
}
