// What people choose for themselves: when they are away, how they are told, and whether single keys act.
import { Hono, type Context } from 'hono';
import { problems } from '../../api/errors.ts';
import { absenceSchema } from '../../api/schemas/standing-in.ts';
import { ownPreferencesSchema } from '../../api/services/own-settings.ts';
import { Refused } from '../../domain/errors.ts';
import { readFollowed } from '../../domain/following.ts';
import { SettingsPage, type SettingsProblem } from '../components/settings-page.tsx';
import type { Web, WebEnv } from '../context.ts';
import { fieldOf, type FormFields } from '../form-fields.ts';
import { callerOf, requireCaller, safeNext } from '../routes.ts';
import { sendPage } from '../send-page.tsx';

export function settingsRoutes(web: Web): Hono<WebEnv> {
  const { services } = web;
  const routes = new Hono<WebEnv>();

  routes.get('/settings', requireCaller, (context) => sendSettings(context, web));

  const changing = (path: string, part: SettingsProblem['part'], change: (context: Context<WebEnv>, fields: FormFields) => Promise<void>) => {
    routes.get(path, (context) => context.redirect('/settings', 303));
    routes.post(path, requireCaller, async (context) => {
      const fields = await context.req.parseBody({ all: true });
      try {
        await change(context, fields);
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        const detail = [error.message, ...error.errors.map(({ message }) => `It ${message}.`)].join(' ');
        return sendSettings(context, web, { part, detail, fields }, problems[error.code].status);
      }
      return context.redirect(`/settings?kept=${part}#${part}`, 303);
    });
  }; // prettier-ignore

  changing('/settings/absences', 'absence', async (context, fields) => {
    const day = (name: string) => fieldOf(fields, name).trim();
    const parsed = absenceSchema.safeParse({
      startsAt: `${day('from')}T00:00:00Z`,
      endsAt: `${day('to')}T23:59:59Z`,
      deputy: fieldOf(fields, 'deputy').trim() || null,
    });
    if (!parsed.success) throw new Refused('INVALID', 'Choose the first and the last day.');
    await services.setAbsence(callerOf(context), parsed.data);
  });

  changing('/settings/absences/:id', 'absence', (context) =>
    services.clearAbsence(callerOf(context), context.req.param('id') ?? ''),
  );

  changing('/settings/notices', 'notices', async (context, fields) => {
    const chosen = (name: string) => fieldOf(fields, name).trim();
    const channels = (['slack', 'email'] as const).filter((channel) => chosen(`channel.${channel}`) !== '');
    const [from, to] = [chosen('quietFrom'), chosen('quietTo')];
    if ((from === '') !== (to === '')) throw new Refused('INVALID', 'Say when quiet hours begin and when they end.');
    const standing = await services.readPreferences(callerOf(context));
    const parsed = ownPreferencesSchema.safeParse({
      ...standing,
      channels,
      quietHours: from === '' ? undefined : { from, to },
      digest: chosen('digest') !== '',
      timeZone: chosen('timeZone') || undefined,
    });
    if (!parsed.success) throw new Refused('INVALID', 'That is no time zone or time of day that we know.');
    await services.writePreferences(callerOf(context), parsed.data);
  });

  changing('/settings/subscriptions', 'subscriptions', async (context, fields) => {
    const model = fieldOf(fields, 'model').trim();
    if (model === '') throw new Refused('INVALID', 'Choose which models you want to follow.');
    if (fieldOf(fields, 'do') === 'remove') await services.unsubscribe(callerOf(context), model);
    else await services.subscribe(callerOf(context), model);
  });

  routes.post('/settings/shortcuts', requireCaller, async (context) => {
    const fields = await context.req.parseBody({ all: true });
    const caller = callerOf(context);
    const standing = await services.readPreferences(caller);
    await services.writePreferences(caller, { ...standing, shortcuts: fieldOf(fields, 'shortcuts') === 'on' });
    // The switch of the dialog asks without leaving its page.
    if (context.req.header('accept') === 'application/json') return context.body(null, 204);
    return context.redirect(safeNext(fieldOf(fields, 'next') || '/settings?kept=shortcuts#shortcuts-setting'), 303);
  });

  return routes;
}

async function sendSettings(
  context: Context<WebEnv>,
  web: Web,
  problem?: SettingsProblem,
  status?: (typeof problems)[keyof typeof problems]['status'],
) {
  const { services } = web;
  const caller = callerOf(context);
  const [preferences, subscriptions, absences, account, colleagues, models] = await Promise.all([
    services.readPreferences(caller),
    services.listSubscriptions(caller),
    services.listAbsences(caller),
    services.ownAccount(caller),
    services.listColleagues(caller),
    services.listModels(caller, { limit: 200 }),
  ]);
  const owners = [...new Set(models.items.map(({ latest }) => latest.owner))].sort();
  const followedOwners = subscriptions.map(({ model }) => readFollowed(model)).flatMap((thing) => (thing.kind === 'owner' ? [thing.owner] : [])); // prettier-ignore
  return sendPage(context, web, {
    title: 'Settings',
    handles: [...absences.flatMap(({ deputy }) => deputy ?? []), ...owners, ...followedOwners],
    content: (
      <SettingsPage
        preferences={preferences}
        subscriptions={subscriptions}
        absences={absences}
        account={account}
        colleagues={colleagues}
        models={models.items.map(({ model }) => model)}
        owners={owners}
        kept={context.req.method === 'GET' ? context.req.query('kept') : undefined}
        problem={problem}
      />
    ),
    ...(status ? { status } : {}),
  });
}
