// The Slack app: what a press, a modal, a command and an opened Home come to. Bolt routes; the desk decides.
import { App, type Receiver, type RespondArguments, type webApi } from '@slack/bolt';
import { Refused } from '../../domain/errors.ts';
import { clientOptions, silentLogger, type SlackAccess } from './client.ts';
import type { SlackDesk } from './desk.ts';
import { ABSENCE_CALLBACK, readAbsence, renderAbsenceModal } from './render-absence.ts';
import { confirmationUrl, MOST_DISPOSITIONS } from './render-card.ts';
import { renderCommandHelp, renderMyReviews, renderStatus } from './render-command.ts';
import { DECISION_CALLBACK, errorsByBlock, needsModal, readDecision, readMetadata, renderDecisionModal, renderWord } from './render-decision-modal.ts'; // prettier-ignore
import { renderHome, renderStrangersHome } from './render-home.ts';
import { readPress, type Identity, type Press } from './press.ts';
import { readReference, type Reference } from './reference.ts';
import { cut, escaped, marked, plain } from './text.ts';
import { askedOutcomes, outcomeWords, type AskedOutcome } from './words.ts';

// What we send has stricter types of our own, checked against Slack's limits (check-blocks.ts); they differ from Slack's in optional members that may be undefined.
type SlackView = webApi.ViewsOpenArguments['view'];

export interface SlackAppOptions extends SlackAccess {
  desk: SlackDesk;
  /** The only workspace whose people are known; null where there is no other. Rejects while Slack does not say. */
  teamId: () => Promise<string | null>;
  onError: (error: unknown) => void;
}

export function createSlackApp(receiver: Receiver, { token, apiUrl, desk, teamId, onError }: SlackAppOptions): App {
  const app = new App({
    receiver,
    // Who calls is settled by the signature and below; Bolt would ask Slack first.
    authorize: () => Promise.resolve({ botToken: token }),
    clientOptions: clientOptions(apiUrl),
    ignoreSelf: false,
    convoStore: false,
    attachFunctionToken: false,
    logger: silentLogger,
  });
  const { client } = app;
  const withToken = { token };

  /** What may fail without harm once the answer has gone out: a note, a modal. */
  const afterwards = (work: () => Promise<unknown>) => void work().catch(onError);

  const isOurs = async ({ teamId: team, userTeamId }: Identity): Promise<boolean> => {
    if (userTeamId !== null && team !== null && userTeamId !== team) return false;
    const own = await teamId();
    return own === null || team === own;
  };

  const tellAside = (press: Press, text: string, url?: string) => {
    const { channel, threadTs } = press;
    const link = url === undefined ? [] : [{ type: 'context' as const, elements: [marked(`<${url}|Open>`)] }];
    const note = {
      text: escaped(text, 2_000),
      blocks: [{ type: 'section' as const, text: plain(text, 2_900) }, ...link],
    };
    if (channel === undefined) return Promise.resolve();
    const thread = threadTs === undefined ? {} : { thread_ts: threadTs };
    return client.chat.postEphemeral({
      ...withToken,
      channel,
      user: press.identity.userId,
      ...note,
      ...thread,
    } as webApi.ChatPostEphemeralArguments);
  };

  /** The handle of whoever pressed; undefined, and they were told why, when they may not act here. */
  const personBehind = async (press: Press): Promise<string | undefined> => {
    const { identity } = press;
    if (!(await isOurs(identity))) {
      afterwards(() => tellAside(press, 'You belong to another workspace; its people decide nothing here.'));
      return undefined;
    }
    const person = await desk.personOf(identity.userId);
    if (person === undefined)
      afterwards(async () => tellAside(press, strangerSentence, await desk.linkUrl(identity.userId)));
    return person;
  };

  const explain = async (press: Press, refused: Refused, about?: { reviewId: string; outcome?: AskedOutcome }) => {
    const url = about && desk.reviewUrl(about.reviewId);
    if (refused.code === 'ASSURANCE_TOO_LOW' && url !== undefined && about?.outcome !== undefined)
      return tellAside(press, handOver, confirmationUrl(url, about.outcome));
    return tellAside(press, await sentenceOf(refused, about?.reviewId), url);
  };

  const sentenceOf = async (refused: Refused, reviewId?: string): Promise<string> => {
    const standing =
      reviewId !== undefined && ['ALREADY_DECIDED', 'WRONG_STATE', 'EVIDENCE_CHANGED'].includes(refused.code)
        ? await desk.standing(reviewId)
        : undefined;
    if (!standing) return refused.message;
    const outcome =
      standing.outcome in outcomeWords ? outcomeWords[standing.outcome as AskedOutcome] : standing.outcome;
    return `${refused.message} ${outcome} by ${standing.by} on ${standing.at.slice(0, 16).replace('T', ' ')} UTC.`;
  };

  // Each press is answered once what it asks for is written, or refused; what people then read comes after.
  app.action(/^decide:/, async ({ ack, body, action }) => {
    const press = readPress(body);
    const pressed = pressedOn(action);
    const outcome = askedOutcomes.find((one) => `decide:${one}` === pressed.actionId);
    if (!pressed.seen || outcome === undefined) return ack();
    const as = await personBehind(press);
    if (as === undefined) return ack();
    const { seen } = pressed;
    try {
      const question = await desk.question(as, seen.reviewId, outcome);
      if (question.where === 'web' || question.findings.length > MOST_DISPOSITIONS) {
        await ack();
        return afterwards(() => tellAside(press, handOver, confirmationUrl(question.url, outcome)));
      }
      // Without a modal the verb itself refuses: it knows its own answer when the same press comes again.
      if (needsModal(question, outcome)) {
        if (question.refusal) throw question.refusal;
        await ack();
        return afterwards(() =>
          client.views.open({
            ...withToken,
            trigger_id: press.triggerId,
            view: renderDecisionModal(question, outcome, seen) as SlackView,
          }),
        );
      }
      const command = { outcome, reason: '', revision: seen.revision, evidenceDigest: seen.evidenceDigest, form: { dispositions: [] } }; // prettier-ignore
      await desk.decide(as, { reviewId: seen.reviewId, command, key: keyOf(press, pressed.actionTs) });
      await ack();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      await ack();
      afterwards(() => explain(press, error, { reviewId: seen.reviewId, outcome }));
    }
  });

  app.action('claim', async ({ ack, body, action }) => {
    const press = readPress(body);
    const { seen } = pressedOn(action);
    const as = seen && (await personBehind(press));
    if (as === undefined || !seen) return ack();
    try {
      await desk.claim(as, seen.reviewId);
      await ack();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      await ack();
      afterwards(() => explain(press, error, { reviewId: seen.reviewId }));
    }
  });

  // Buttons that only open a page are told to us all the same.
  app.action(/^(open|confirm:.*)$/, ({ ack }) => ack());

  app.view(DECISION_CALLBACK, async ({ ack, body, view }) => {
    const press = readPress(body);
    const word = (title: string, text: string, url?: string) =>
      ack({ response_action: 'update', view: renderWord(title, text, url) as SlackView });
    const about = readMetadata(view.private_metadata);
    if (!about) return word('Not possible', 'This form is none of ours.');
    const as = await personBehind(press);
    if (as === undefined) return word('Not possible', strangerSentence, await linkOf(press));
    const { reviewId } = about.seen;
    const url = desk.reviewUrl(reviewId);
    try {
      const question = await desk.question(as, reviewId, about.outcome);
      if (question.where === 'web') return word('Not in Slack', handOver, confirmationUrl(url, about.outcome));
      try {
        const command = readDecision(view.state?.values, question, about);
        if (!command) return await word('Not possible', 'This form is none of ours.', url);
        await desk.decide(as, { reviewId, command, key: `slack/${press.identity.userId}/view/${view.id}` });
      } catch (error) {
        const byBlock = error instanceof Refused ? errorsByBlock(wordedErrors(error), question) : undefined;
        if (byBlock) return ack({ response_action: 'errors', errors: shortened(byBlock) });
        throw error;
      }
      await ack();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (error.code === 'ASSURANCE_TOO_LOW')
        return word('Not in Slack', handOver, confirmationUrl(url, about.outcome));
      await word('Not counted', await sentenceOf(error, reviewId), url);
    }
  });

  const linkOf = async ({ identity }: Press): Promise<string | undefined> =>
    (await isOurs(identity)) ? desk.linkUrl(identity.userId) : undefined;

  app.command('/countersign', async ({ ack, command }) => {
    const identity = { userId: command.user_id, teamId: command.team_id, userTeamId: null };
    if (!(await isOurs(identity))) return ack({ response_type: 'ephemeral', text: 'You belong to another workspace.' });
    const as = await desk.personOf(command.user_id);
    if (as === undefined)
      return ack({ response_type: 'ephemeral', text: `${strangerSentence} <${await desk.linkUrl(command.user_id)}|Link your account>` }); // prettier-ignore
    const [verb = '', model, version, ...rest] = command.text.trim().split(/\s+/);
    const answer = async () => {
      if (verb === '' || /^(my )?reviews$/i.test(command.text.trim())) return renderMyReviews(await desk.home(as));
      if (verb === 'status' && model !== undefined && version !== undefined && rest.length === 0)
        return renderStatus(await desk.versionStatus(as, model, version), { model, version });
      return renderCommandHelp();
    };
    await ack({ response_type: 'ephemeral', ...(await answer()) } as RespondArguments);
  });

  const publishHome = async (identity: Identity) => {
    const { userId } = identity;
    const as = (await isOurs(identity)) ? await desk.personOf(userId) : undefined;
    const view = as === undefined ? renderStrangersHome(await desk.linkUrl(userId)) : renderHome(await desk.home(as)); // prettier-ignore
    await client.views.publish({ ...withToken, user_id: userId, view: view as SlackView });
  };

  app.event('app_home_opened', async ({ event, body }) => {
    if (event.tab !== 'home') return;
    const identity = { userId: event.user, teamId: body.team_id, userTeamId: null };
    afterwards(() => publishHome(identity));
  });

  app.action('absence', async ({ ack, body }) => {
    const press = readPress(body);
    await ack();
    if ((await personBehind(press)) === undefined) return;
    afterwards(() =>
      client.views.open({
        ...withToken,
        trigger_id: press.triggerId,
        view: renderAbsenceModal() as SlackView,
      }),
    );
  });

  app.action('return', async ({ ack, body, action }) => {
    const press = readPress(body);
    const id = (action as { value?: unknown }).value;
    const as = await personBehind(press);
    if (as !== undefined && typeof id === 'string') await desk.endAbsence(as, id).catch(ignoreRefusal);
    await ack();
    afterwards(() => publishHome(press.identity));
  });

  app.view(ABSENCE_CALLBACK, async ({ ack, body, view }) => {
    const press = readPress(body);
    const as = await personBehind(press);
    const absence = readAbsence(view.state?.values);
    if (as === undefined || !absence) return ack({ response_action: 'errors', errors: { from: 'Choose both days.' } });
    try {
      await desk.setAbsence(as, absence);
      await ack();
      afterwards(() => publishHome(press.identity));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const [{ pointer, message } = { pointer: '', message: error.message }] = error.errors;
      const block = { '/endsAt': 'to', '/deputy': 'deputy' }[pointer] ?? 'from';
      await ack({ response_action: 'errors', errors: { [block]: cut(message, 150) } });
    }
  });

  app.error((error) => {
    throw error.original ?? error;
  });
  return app;
}

const strangerSentence = 'Countersign does not know yet who you are. Link your Slack account once, from a page where you are signed in.'; // prettier-ignore
const handOver = 'Slack proves too little about who you are for this decision. Confirm it on the page of the review.';

function pressedOn(action: unknown): { actionId: string; actionTs: string; seen: Reference | undefined } {
  const { action_id: actionId, action_ts: actionTs, value } = action as Record<string, unknown>;
  return { actionId: String(actionId), actionTs: String(actionTs), seen: readReference(value) };
}

/** One press has one name, however often Slack tells of it. */
function keyOf({ identity, channel = '', messageTs = '' }: Press, actionTs: string): string {
  return `slack/${identity.userId}/${channel}/${messageTs}/${actionTs}`.slice(0, 200);
}

/** Refusals of the reason say where they belong, whichever verb refused. */
function wordedErrors(error: Refused): { pointer: string; message: string }[] {
  const isAboutReason = error.code === 'REASON_REQUIRED' || error.code === 'REASON_BOILERPLATE';
  return isAboutReason ? [{ pointer: '/reason', message: error.message }] : error.errors;
}

const shortened = (byBlock: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(byBlock).map(([block, message]) => [block, cut(message, 300)]));

function ignoreRefusal(error: unknown): void {
  if (!(error instanceof Refused)) throw error;
}
