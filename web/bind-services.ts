// The pages' view of the verbs that all surfaces share: bound to what the server stands on.
import type { Context } from 'hono';
import type { AppDeps } from '../api/app-deps.ts';
import { createGuessLimit } from '../api/limit-guesses.ts';
import { clearSessionCookie, readSessionCookie, setSessionCookie } from '../api/auth/session-cookie.ts';
import { clearAbsence, listAbsences, setAbsence } from '../api/services/absences.ts';
import { allowedTransitions } from '../api/services/allowed-transitions.ts';
import { countReviews, openQuestions } from '../api/services/waiting-for-me.ts';
import { decideBatch } from '../api/services/decide-batch.ts';
import { getDocument } from '../api/services/get-document.ts';
import { getEvidence } from '../api/services/get-evidence.ts';
import { getModel } from '../api/services/get-model.ts';
import { getPolicy } from '../api/services/get-policy.ts';
import { getProcess } from '../api/services/get-process.ts';
import { getReview } from '../api/services/get-review.ts';
import { getVersion } from '../api/services/get-version.ts';
import { linkSlack, readSlackLink } from '../api/services/link-slack.ts';
import { listDemoPeople } from '../api/services/list-demo-people.ts';
import { listJournal } from '../api/services/list-journal.ts';
import { listModels } from '../api/services/list-models.ts';
import { listPolicies } from '../api/services/list-policies.ts';
import { listReviews } from '../api/services/list-reviews.ts';
import { namePeople } from '../api/services/name-people.ts';
import { decideByMail, keepLatePress, openMailReview } from '../api/services/mail-review.ts';
import { nameVersions } from '../api/services/name-versions.ts';
import { listColleagues, ownAccount } from '../api/services/own-account.ts';
import {
  listSubscriptions,
  readPreferences,
  subscribe,
  unsubscribe,
  writePreferences,
} from '../api/services/own-settings.ts';
import { listFilters, removeFilter, saveFilter } from '../api/services/saved-filters.ts';
import type { ReadDeps } from '../api/services/read-deps.ts';
import { reviewHistory } from '../api/services/review-history.ts';
import { signInDemo } from '../api/services/sign-in-demo.ts';
import { signInWithToken } from '../api/services/sign-in-with-token.ts';
import { signOut } from '../api/services/sign-out.ts';
import { submitDecision, submitDeferral } from '../api/services/submit-decision.ts';
import { stepUp } from '../api/services/step-up.ts';
import { verifyJournal } from '../api/services/verify-journal.ts';
import { Refused } from '../domain/errors.ts';
import { evidencePackSchema } from '../domain/evidence.ts';
import { bindReviewActs } from './bind-review-acts.ts';
import type { WebEnv } from './context.ts';
import type { WebServices } from './services.ts';

export function bindWebServices(deps: ReadDeps & Pick<AppDeps, 'rateLimits'>): WebServices {
  const countWrongCode = createGuessLimit(deps.rateLimits);
  const signedIn = (context: Context<WebEnv>) => context.get('caller');
  return {
    countReviews: (caller) => countReviews(deps, caller),
    openQuestions: (caller) => openQuestions(deps, caller),
    listReviews: (caller, query) => listReviews(deps, caller, query),
    getReview: (caller, id) => getReview(deps, caller, id),
    allowedTransitions: (caller, id) => allowedTransitions(deps, caller, id),
    reviewHistory: (caller, id) => reviewHistory(deps, caller, id),
    submitDecision: async (caller, submitted) => (await submitDecision(deps, caller, submitted)).receipt,
    openMailReview: async (context, pass) => {
      const opened = await openMailReview(deps, { ...pass, signedIn: signedIn(context) });
      if (!opened) await countWrongCode(context);
      return opened;
    },
    decideByMail: async (context, press) => {
      const receipt = await decideByMail(deps, { ...press, signedIn: signedIn(context) });
      if (!receipt) await countWrongCode(context);
      return receipt;
    },
    keepLatePress: (context, press) => keepLatePress(deps, { ...press, signedIn: signedIn(context) }),
    deferDecision: async (caller, submitted) => void (await submitDeferral(deps, caller, submitted)),
    ...bindReviewActs(deps),
    decideBatch: (caller, batch, key) => decideBatch(deps, caller, batch, key),
    listFilters: (caller) => listFilters(deps, caller),
    saveFilter: async (caller, filter) => void (await saveFilter(deps, caller, filter)),
    removeFilter: (caller, id) => removeFilter(deps, caller, id),
    readPreferences: (caller) => readPreferences(deps, caller),
    writePreferences: async (caller, preferences) => void (await writePreferences(deps, caller, preferences)),
    listSubscriptions: (caller) => listSubscriptions(deps, caller),
    subscribe: async (caller, model) => void (await subscribe(deps, caller, model)),
    unsubscribe: (caller, model) => unsubscribe(deps, caller, model),
    listAbsences: (caller) => listAbsences(deps, caller),
    setAbsence: async (caller, absence) => void (await setAbsence(deps, caller, absence)),
    clearAbsence: (caller, id) => clearAbsence(deps, caller, id),
    ownAccount: (caller) => ownAccount(deps, caller),
    listColleagues: (caller) => listColleagues(deps, caller),

    listModels: (caller, query) => listModels(deps, caller, query),
    getModel: (caller, model) => getModel(deps, caller, model),
    getVersion: (caller, model, version) => getVersion(deps, caller, { model, version }),
    getProcess: (caller, id) => getProcess(deps, caller, id),
    getEvidence: async (caller, digest) =>
      evidencePackSchema.parse(JSON.parse((await getEvidence(deps, caller, digest)).content.toString())),
    getDocument: async (caller, named) => {
      const { kind, mediaType, content } = await getDocument(deps, caller, named);
      return { kind, mediaType, text: content.toString() };
    },

    listJournal: (caller, query) => listJournal(deps, caller, { ...query, order: 'desc' }),
    verifyJournal: (caller) => verifyJournal(deps, caller),
    listPolicies: () => listPolicies(deps),
    getPolicy: (_, id, version) => getPolicy(deps, id, version),

    namePeople: (handles) => namePeople(deps, handles),
    nameVersions: (streams) => nameVersions(deps, streams),

    readSlackLink: (code) => readSlackLink(deps, code),
    linkSlack: (caller, code) => linkSlack(deps, caller, code),

    listDemoPeople: () => listDemoPeople(deps),
    signInDemo: async (context, handle) =>
      setSessionCookie(context, await signInDemo(deps, handle, readSessionCookie(context))),
    signInWithToken: async (context, token) => {
      try {
        setSessionCookie(context, await signInWithToken(deps, token, readSessionCookie(context)));
      } catch (error) {
        if (error instanceof Refused) await countWrongCode(context);
        throw error;
      }
    },
    signOut: async (context) => {
      const secret = readSessionCookie(context);
      if (secret !== undefined) await signOut(deps, secret);
      clearSessionCookie(context);
    },
    stepUp: async (context, caller, proof) => {
      const secret = readSessionCookie(context);
      if (secret === undefined) throw new Refused('UNAUTHENTICATED', 'Sign in first.');
      try {
        return await stepUp(deps, caller, secret, proof);
      } catch (error) {
        if (error instanceof Refused) await countWrongCode(context);
        throw error;
      }
    },
  };
}
