import type { z } from 'zod';
import type { ProcessRow } from '../../db/queries/processes.ts';
import type { processSummarySchema } from '../schemas/views.ts';

export const processSummaryOf = (row: ProcessRow): z.infer<typeof processSummarySchema> => ({
  id: row.id,
  kind: row.kind,
  round: row.round,
  state: row.state,
  outcome: row.outcome,
  outcomeReason: row.outcomeReason,
  startedAt: row.startedAt.toISOString(),
  endedAt: row.endedAt?.toISOString() ?? null,
});
