import type { Chart, EvidencePack } from '../domain/evidence.ts';
import type { Metric } from '../domain/metric.ts';
import type { PinnedPolicy } from '../domain/policy.ts';
import type { Submission } from '../domain/submission.ts';

export type RocSeries = Extract<Chart, { kind: 'roc' }>['series'][number];

/** The version that change rules compare with, as its own pack describes it. */
export interface Champion {
  id: string;
  version: string;
  evidenceDigest: string;
  metrics: Metric[];
  /** The champion's own curve, from the ROC chart of its pack; null when it has none. */
  roc: RocSeries | null;
}

export interface EvidenceRequest {
  modelVersion: { id: string; model: string; version: string };
  round: number;
  submission: Submission;
  policy: PinnedPolicy;
  champion: Champion | null;
  /** Folders that `file:` URIs may lie in. */
  fileRoots: string[];
}

/** A document as it was read; `text` is null when it is no text that can be shown. */
export interface EvidenceDocument {
  kind: string;
  digest: string;
  mediaType: string;
  text: string | null;
}

export interface BuiltEvidence {
  pack: EvidencePack;
  /** Canonical JSON of the pack: what is stored and what the digest names. */
  bytes: string;
  digest: string;
  documents: EvidenceDocument[];
}
