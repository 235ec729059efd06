import type {
  JournalEntryView,
  PolicyView,
  ProcessView,
  ReviewSummary,
  ReviewView,
  VersionView,
} from '../../api/schemas/views.ts';
import type { EvidencePack } from '../../domain/evidence.ts';
import type { ReviewVerb } from '../../domain/review.ts';
import type { FormFields } from '../form-fields.ts';
import type { FormState } from './form-state.ts';
import type { ReviewThread, TransitionsView } from '../services.ts';

/** Something that was refused, with what had been written. `fulfil`: a condition was called done. */
export interface FailedAct {
  verb: ReviewVerb | 'fulfil';
  fields: FormFields;
  problem: string;
}

export interface ReviewPageData {
  review: ReviewView;
  transitions: TransitionsView;
  history: readonly JournalEntryView[];
  version: VersionView;
  /** The processes of this round that have sign-offs, in order. */
  processes: readonly ProcessView[];
  pack: EvidencePack;
  policy: PolicyView | undefined;
  /** The review that a conflict is about, where this one settles it. */
  contested: ReviewView | undefined;
  thread: ReviewThread;
  next: ReviewSummary | undefined;
  /** Reviews marked to be read after this one. */
  queue: readonly string[];
  form: FormState;
  failed: FailedAct | undefined;
  idempotencyKey: string;
}
