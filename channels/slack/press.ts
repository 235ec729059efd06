import { z } from 'zod';
import { Refused } from '../../domain/errors.ts';

const place = z.string().min(1).nullish();
/** Slack names a workspace by its id or by an object that holds it, as the kind of request has it. */
const team = z.union([place, z.looseObject({ id: place })]).transform((named) => (typeof named === 'object' ? named?.id : named) ?? null); // prettier-ignore

const pressSchema = z.looseObject({
  user: z.looseObject({ id: z.string().min(1), team_id: team }),
  team,
  channel: z.looseObject({ id: z.string() }).nullish(),
  container: z.looseObject({ channel_id: place, message_ts: place, thread_ts: place }).nullish(),
  trigger_id: place,
});

/** Who made a request, verified by its signature. */
export interface Identity {
  userId: string;
  teamId: string | null;
  /** The user's own workspace, which differs in channels that several share. */
  userTeamId: string | null;
}

/** A press on a button, or a modal that was sent off: who, and where. */
export interface Press {
  identity: Identity;
  /** The conversation that it was made in. */
  channel: string | undefined;
  messageTs: string | undefined;
  threadTs: string | undefined;
  /** Opens a modal for a few seconds. */
  triggerId: string;
}

/** Throws MALFORMED_JSON for what Slack never sends. */
export function readPress(body: unknown): Press {
  const parsed = pressSchema.safeParse(body);
  if (!parsed.success) throw new Refused('MALFORMED_JSON', 'The payload is none that Slack sends.');
  const { user, team: teamId, channel, container, trigger_id: triggerId } = parsed.data;
  return {
    identity: { userId: user.id, teamId, userTeamId: user.team_id },
    channel: channel?.id ?? container?.channel_id ?? undefined,
    messageTs: container?.message_ts ?? undefined,
    threadTs: container?.thread_ts ?? undefined,
    triggerId: triggerId ?? '',
  };
}
