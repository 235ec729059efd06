export { deliveries } from './deliveries.ts';
export { documents, evidencePacks } from './evidence.ts';
export { journalHeads } from './journal-heads.ts';
export { journal, journalCheckpoints, journalEntries, journalLeaves, journalTiles } from './journal.ts';
export { models, modelVersions } from './models.ts';
export { outbox } from './outbox.ts';
export { absences, accessTokens, people, qualifications, sessions } from './people.ts';
export { policies } from './policies.ts';
export { processes } from './processes.ts';
export { removedRows } from './removed-rows.ts';
export { decisionBatches, decisions, reviewCandidates, reviews } from './reviews.ts';
export {
  bouncedAddresses,
  cardCopies,
  journalReaders,
  mailTokens,
  notices,
  pushSubscriptions,
  receivedMails,
  savedFilters,
  slackLinks,
  slackRequests,
  subscriptions,
  webhookDeliveries,
  webhookEndpoints,
} from './delivery.ts';
export { conditions, deferredDecisions, reviewAttachments, reviewComments, reviewViews } from './review-thread.ts';
