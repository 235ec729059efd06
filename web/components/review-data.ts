import type {
  JournalEntryView,
  PolicyView,
  ProcessView,
  ReviewSummary,
  ReviewView,
  VersionView,
} from '../../api/schemas/views.ts';
import type { EvidencePack } from '../../domain/evidence.ts';
import { type FormState } from './decision-form.tsx';
import type { TransitionsView } from '../services.ts';

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
  next: ReviewSummary | undefined;
  /** Reviews marked to be read after this one. */
  queue: readonly string[];
  form: FormState;
  idempotencyKey: string;
}
