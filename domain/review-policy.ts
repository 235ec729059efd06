// What a policy says about the people who review: who, by when, how sure we must be of them, and what they are told.
import { z } from 'zod';
import { decidingRoles, roles } from './actor.ts';
import { assuranceRuleSchema } from './assurance.ts';
import { formMistakes } from './decision-form.ts';
import { durationSchema } from './duration.ts';
import { expressionProblem } from './person-expression.ts';

const decidingRoleSchema = z.enum(decidingRoles);

const timeOfDay = /^([01]\d|2[0-3]):[0-5]\d$/;

/** When people work: deadlines run only then. Without one they run day and night. */
export const calendarSchema = z.strictObject({
  timeZone: z.string().refine(isTimeZone, 'is no IANA time zone such as Europe/Berlin').default('UTC'),
  /** 1 is Monday, 7 Sunday. */
  workdays: z.array(z.int().min(1).max(7)).min(1).default([1, 2, 3, 4, 5]),
  hours: z
    .strictObject({ from: z.string().regex(timeOfDay, 'is a time such as 09:00'), to: z.string().regex(/^(24:00|(?!00:00)([01]\d|2[0-3]):[0-5]\d)$/, 'is a time such as 17:00, at most 24:00') })
    .refine(({ from, to }) => from < to, 'end before they begin')
    .default({ from: '09:00', to: '17:00' }),
  holidays: z.array(z.iso.date()).max(400).default([]),
}); // prettier-ignore
export type Calendar = z.infer<typeof calendarSchema>;

export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** Ways a person can be bound to a version, each of which a policy may let exclude them. */
export const relations = ['author', 'owner', 'contributor', 'commitAuthor', 'accountable', 'earlierDecider'] as const;
export type Relation = (typeof relations)[number];

export const independenceSchema = z.strictObject({
  /** Who may not decide. Author, owner and contributors never may, whatever stands here. */
  excludes: z.array(z.enum(relations)).default(['author', 'owner', 'contributor', 'commitAuthor', 'accountable']),
});

const reminderSchema = z.strictObject({ before: durationSchema.describe('How long before the deadline.') });

const escalationSchema = z.strictObject({
  after: durationSchema.describe('Since the review opened.'),
  to: z.strictObject({ roles: z.array(decidingRoleSchema).default([]), people: z.array(z.string()).default([]) }),
  repeat: z.strictObject({ every: durationSchema, times: z.int().min(1).max(20) }).optional(),
});
export type Escalation = z.infer<typeof escalationSchema>;

const fieldBase = {
  name: z.string().regex(/^[a-z][A-Za-z0-9]{0,40}$/, 'is a name such as monitoringPlan'),
  label: z.string().min(3).max(120),
  required: z.boolean().default(false),
  /** Only asked when the outcome, or an earlier field, has this value. */
  when: z
    .strictObject({ outcome: z.enum(['APPROVED', 'REJECTED', 'CHANGES_REQUESTED', 'ABSTAINED']).optional(), field: z.string().optional(), equals: z.union([z.string(), z.number(), z.boolean()]).optional() })
    .optional(),
}; // prettier-ignore

/** A question of the decision form beside outcome and reason. */
export const formFieldSchema = z.discriminatedUnion('type', [
  z.strictObject({ ...fieldBase, type: z.literal('text'), maxLength: z.int().min(1).max(4000).default(1000) }),
  z.strictObject({ ...fieldBase, type: z.literal('number'), minimum: z.number().optional(), maximum: z.number().optional() }),
  z.strictObject({ ...fieldBase, type: z.literal('boolean') }),
  z.strictObject({ ...fieldBase, type: z.literal('date') }),
  z.strictObject({ ...fieldBase, type: z.literal('choice'), options: z.array(z.string().min(1).max(120)).min(2).max(50) }),
]); // prettier-ignore
export type FormField = z.infer<typeof formFieldSchema>;

function refuseBadExpression(expression: string, ctx: z.RefinementCtx<string>): void {
  const message = expressionProblem(expression);
  if (message !== undefined) ctx.addIssue({ code: 'custom', message });
}

function refuseBadForm(form: FormField[], ctx: z.RefinementCtx<FormField[]>): void {
  for (const { index, message } of formMistakes(form)) ctx.addIssue({ code: 'custom', path: [index], message });
}

/** What a sign-off may say beside its name, roles, quorum and deadline. */
export const signOffExtras = {
  /** Members of these groups only. */
  groups: z.array(z.string()).default([]),
  /** CEL over `person`, `model` and `version`; only people for whom it is true. */
  eligible: z.string().max(1000).superRefine(refuseBadExpression).optional(),
  /** A qualification that must be held and not expired. */
  qualification: z.string().max(100).optional(),
  /** Asked when nobody else may: handles. */
  fallback: z.array(z.string()).default([]),
  startBy: durationSchema.optional(),
  reminders: z.array(reminderSchema).max(10).default([]),
  escalation: z.array(escalationSchema).max(10).default([]),
  onTimeout: z.enum(['reject', 'escalate', 'approve']).default('reject'),
  form: z.array(formFieldSchema).max(30).superRefine(refuseBadForm).default([]),
};

/** What kinds of change of the evidence there are. */
export const changeClasses = ['metrics', 'data', 'artifact', 'document', 'code'] as const;
export type ChangeClass = (typeof changeClasses)[number];
const fateSchema = z.enum(['reset', 'keep']);

/** Fields of a card that a policy may hold back from a channel. */
export const redactableFields = ['summary', 'findings', 'reasons', 'requester', 'chart'] as const;
export type RedactableField = (typeof redactableFields)[number];
const redactionSchema = z.array(z.enum(redactableFields)).default([]);

export const reviewRules = {
  assurance: assuranceRuleSchema.prefault({}),
  independence: independenceSchema.prefault({}),
  calendar: calendarSchema.optional(),
  /** Whether a decision of an earlier round stands on when evidence of this class changed. */
  materialChange: z
    .strictObject({ metrics: fateSchema.default('reset'), data: fateSchema.default('reset'), artifact: fateSchema.default('reset'), document: fateSchema.default('reset'), code: fateSchema.default('reset') })
    .prefault({}),
  /** Whether the clock stands still while a review waits for information. */
  information: z.strictObject({ pausesClock: z.boolean().default(true) }).prefault({}),
  delegation: z.strictObject({ allowed: z.boolean().default(true) }).prefault({}),
  reminding: z.strictObject({ atMostEvery: durationSchema.default('PT1H') }).prefault({}),
  notify: z
    .strictObject({
      slack: z
        .strictObject({ direct: z.boolean().default(true), channel: z.string().regex(/^[CG][A-Z0-9]{2,20}$/, 'is the id of a Slack channel, such as C0123ABCD').optional(), redact: redactionSchema })
        .prefault({}),
      email: z.strictObject({ direct: z.boolean().default(true), redact: redactionSchema, mayDecideByReply: z.boolean().default(false) }).prefault({}),
    })
    .prefault({}),
  breakGlass: z
    .strictObject({ roles: z.array(z.enum(roles)).min(1), postReview: z.strictObject({ roles: z.array(decidingRoleSchema).min(1), dueIn: durationSchema }) })
    .optional(),
  /** A share of approvals is looked at by a second pair of eyes. */
  secondReview: z
    .strictObject({ rate: z.number().min(0).max(1), roles: z.array(decidingRoleSchema).min(1), dueIn: durationSchema })
    .optional(),
}; // prettier-ignore

const reviewRulesSchema = z.strictObject(reviewRules);
/** What a review needs of its policy beside its sign-off. */
export type ReviewRules = z.infer<typeof reviewRulesSchema>;

/** The part of a policy that its reviews keep. */
export const reviewRulesOf = (policy: ReviewRules): ReviewRules => ({
  assurance: policy.assurance,
  independence: policy.independence,
  materialChange: policy.materialChange,
  information: policy.information,
  delegation: policy.delegation,
  reminding: policy.reminding,
  notify: policy.notify,
  ...(policy.calendar && { calendar: policy.calendar }),
  ...(policy.breakGlass && { breakGlass: policy.breakGlass }),
  ...(policy.secondReview && { secondReview: policy.secondReview }),
});

/** What stands where a policy says nothing. */
export const defaultReviewRules: ReviewRules = reviewRulesSchema.parse({});

/** The same for a sign-off. */
export const defaultSignOffExtras: z.infer<z.ZodObject<typeof signOffExtras>> = z.object(signOffExtras).parse({});
