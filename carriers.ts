// Puts together what carries word out of Postgres and needs nothing else: it runs also while Temporal is away.
import type { Logger } from 'pino';
import { createEmailSender } from './channels/email/sender.ts';
import { replyAddress } from './channels/email/reply-address.ts';
import { createSlackSender } from './channels/slack/sender.ts';
import type { Config } from './config.ts';
import { startCourier } from './courier/courier.ts';
import { createPushSender } from './courier/push-sender.ts';
import { planNotices } from './courier/plan-notices.ts';
import { startWebhooks } from './courier/webhooks.ts';
import type { Database } from './db/client.ts';
import { issueMailToken } from './db/queries/mail-tokens.ts';
import { markBounced } from './db/queries/received-mails.ts';
import { demoSlackSettings } from './demo/slack/settings.ts';
import type { CardSender } from './domain/card.ts';
import { vapidKeysOf } from './integrations/push/vapid-keys.ts';
import { createTargetGuard } from './integrations/webhooks/target-guard.ts';
import { installationKey } from './local/installation-secret.ts';
import type { RunLoop } from './db/run-loop.ts';
import { clearOut } from './relay/clear-out.ts';
import { tendReviews } from './relay/tend-reviews.ts';
import { loadCheckpointSigner } from './sealing/checkpoint-key.ts';
import { startSealer } from './sealing/sealer.ts';

const now = () => new Date();

/** Seals the journal, keeps cards as the reviews stand, sends notices and webhooks, looks after absences and rests, and removes what is over. Any number of workers may do so. */
export async function startCarriers(config: Config, database: Database, logger: Logger): Promise<RunLoop> {
  const sealer = startSealer({
    database,
    signer: loadCheckpointSigner(config),
    checkpointFile: config.checkpointFile,
    now,
    onError: (error) => logger.error({ err: error }, 'The journal is not sealed'),
  });
  const senders = sendersOf(config, database);
  const guard = createTargetGuard({ allowed: config.webhookAllowPrivate });
  const push = createPushSender({ pool: database.pool, guard, vapid: vapidOf(config), now });
  const configured = [...senders, push].map(({ channel }) => channel);
  const courier = await startCourier({
    database,
    senders,
    noticeSenders: [push],
    publicUrl: config.publicUrl,
    plan: async (entries, client) =>
      void (await planNotices(entries, client, now(), { publicUrl: config.publicUrl, configured })),
    onError: (error, what) => logger.warn({ err: error, what }, 'The courier will try again'),
  });
  const webhooks = await startWebhooks({
    database,
    guard,
    secretKey: installationKey(config, 'secrets of webhook endpoints'),
    publicUrl: config.publicUrl,
    now,
    onError: (error, delivery) => logger.warn({ err: error, delivery: delivery?.id }, 'A webhook will be sent again'),
  });
  const wake = () => {
    courier.wake();
    webhooks.wake();
  };
  const tending = tendReviews({
    database,
    now,
    onError: (error) => logger.warn({ err: error }, 'Absences and rests are looked after again in a moment'),
    onTended: wake,
  });
  const clearing = clearOut({
    database,
    now,
    keepDays: config.keepFinishedDays,
    onError: (error, table) => logger.warn({ err: error, table }, 'Old rows are removed later'),
    onCleared: (removed) => logger.info(removed, 'Old rows were removed'),
  });
  return {
    wake,
    stop: async () => {
      await clearing.stop();
      await tending.stop();
      await courier.stop();
      await webhooks.stop();
      await sealer.stop();
    },
  };
}

/** Push services take no address but of https; a mailbox will do as well. */
const vapidOf = (config: Config) => ({
  ...vapidKeysOf(installationKey(config, 'key of pushes')),
  subject: config.publicUrl.startsWith('https:') ? config.publicUrl : `mailto:${config.mail.from.address}`,
});

/** One for each channel that is configured. */
function sendersOf(config: Config, database: Database): CardSender[] {
  const senders: CardSender[] = [];
  const { smtpUrl, from, inboundSecret } = config.mail;
  if (smtpUrl !== undefined) {
    const domain = from.address.split('@')[1] ?? 'localhost';
    const replyKey = installationKey(config, 'reply addresses');
    senders.push(
      createEmailSender({
        smtpUrl,
        from,
        domain,
        publicUrl: config.publicUrl,
        tokenFor: (card, person) => issueMailToken(database.pool, card, person, now()),
        ...(inboundSecret === undefined
          ? {}
          : { replyAddressFor: (reviewId, handle) => replyAddress(replyKey, reviewId, handle, domain) }),
        bounced: (address, reason) => markBounced(database.pool, address, reason, now()),
        now,
      }),
    );
  }
  const slack = config.slack ?? (config.demo ? demoSlackSettings(config) : undefined);
  if (slack) senders.push(createSlackSender({ ...slack, now }));
  return senders;
}
