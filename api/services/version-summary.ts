import type { z } from 'zod';
import type { VersionRow } from '../../db/queries/versions.ts';
import type { versionSummarySchema } from '../schemas/views.ts';

export type VersionSummary = z.infer<typeof versionSummarySchema>;

export const versionSummaryOf = (row: VersionRow): VersionSummary => ({
  id: row.id,
  model: row.model,
  version: row.version,
  stage: row.stage,
  riskTier: row.riskTier,
  owner: row.owner,
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
});
