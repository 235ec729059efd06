import { z } from 'zod';
import type { ModalView } from './check-blocks.ts';
import { limits } from './limits.ts';
import { plain } from './text.ts';

export const ABSENCE_CALLBACK = 'absence';

export const renderAbsenceModal = (): ModalView => ({
  type: 'modal',
  callback_id: ABSENCE_CALLBACK,
  title: plain('Out of office', limits.viewTitle),
  submit: plain('Set', limits.viewTitle),
  close: plain('Cancel', limits.viewTitle),
  blocks: [
    { type: 'input', block_id: 'from', label: plain('First day', limits.label), element: { type: 'datepicker', action_id: 'from' } }, // prettier-ignore
    { type: 'input', block_id: 'to', label: plain('Last day', limits.label), element: { type: 'datepicker', action_id: 'to' } }, // prettier-ignore
    {
      type: 'input',
      block_id: 'deputy',
      label: plain('Deputy', limits.label),
      hint: plain('Is asked in your place meanwhile, where the rules let them.', limits.hint),
      optional: true,
      element: { type: 'users_select', action_id: 'deputy' },
    },
  ],
});

const stateSchema = z.looseObject({
  from: z.looseObject({ from: z.looseObject({ selected_date: z.iso.date() }) }),
  to: z.looseObject({ to: z.looseObject({ selected_date: z.iso.date() }) }),
  deputy: z.looseObject({ deputy: z.looseObject({ selected_user: z.string().nullish() }) }).optional(),
});

/** Days as `2026-11-30`, both included; undefined when one is missing. */
export function readAbsence(values: unknown): { from: string; to: string; deputyUserId: string | null } | undefined {
  const parsed = stateSchema.safeParse(values);
  return parsed.success
    ? {
        from: parsed.data.from.from.selected_date,
        to: parsed.data.to.to.selected_date,
        deputyUserId: parsed.data.deputy?.deputy.selected_user ?? null,
      }
    : undefined;
}
