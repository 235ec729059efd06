/** Every code that a caller of the API can meet; interface.md names them. The HTTP status stands in api/errors.ts. */
export const errorCodes = [
  'MALFORMED_JSON', 'UNAUTHENTICATED', 'BAD_SIGNATURE', 'STALE_TIMESTAMP', 'FORBIDDEN', 'SELF_REVIEW', 'NOT_ELIGIBLE',
  'ASSURANCE_TOO_LOW', 'NOT_FOUND', 'METHOD_NOT_ALLOWED', 'DELIVERY_CONFLICT', 'VERSION_CONFLICT', 'IDEMPOTENCY_CONFLICT',
  'ALREADY_CLAIMED', 'ALREADY_DECIDED', 'WRONG_STATE', 'EVIDENCE_CHANGED', 'TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE', 'INVALID',
  'REASON_REQUIRED', 'REASON_BOILERPLATE', 'DISPOSITION_REQUIRED', 'RATE_LIMITED', 'REMINDER_THROTTLED', 'NOT_READY',
  'INTERNAL',
] as const; // prettier-ignore
export type ErrorCode = (typeof errorCodes)[number];

export interface FieldError {
  /** JSON pointer into what was sent, or the id of the finding that lacks a disposition. */
  pointer: string;
  message: string;
}

/** A request that is refused for a reason its sender can act on. Never thrown for a fault of ours. */
export class Refused extends Error {
  override name = 'Refused';
  readonly code: ErrorCode;
  readonly errors: FieldError[];
  /** Members added to the problem, such as the standing `decision`. */
  readonly extra: Record<string, unknown>;

  constructor(
    code: ErrorCode,
    detail: string,
    options: { errors?: FieldError[]; extra?: Record<string, unknown> } = {},
  ) {
    super(detail);
    this.code = code;
    this.errors = options.errors ?? [];
    this.extra = options.extra ?? {};
  }
}
