export { followUpWorkflow } from './follow-up.ts';
export { approvalWorkflow } from './approval.ts';
export { lifecycleWorkflow } from './lifecycle.ts';
export { validationWorkflow } from './validation.ts';
