import type { Block } from './check-blocks.ts';
import type { HomeView, VersionStatus } from './desk.ts';
import { limits } from './limits.ts';
import { listedBlock } from './render-home.ts';
import { bold, escaped, marked, plain } from './text.ts';

export interface CommandAnswer {
  text: string;
  blocks: Block[];
}

const MOST_LISTED = 10;

export function renderMyReviews({ reviews, waiting, url }: HomeView): CommandAnswer {
  const text = waiting === 0 ? 'Nothing waits for you.' : `${waiting} ${waiting === 1 ? 'review waits' : 'reviews wait'} for you.`; // prettier-ignore
  return {
    text,
    blocks: [
      { type: 'section', text: plain(text, limits.section) },
      ...reviews.slice(0, MOST_LISTED).map(listedBlock),
      { type: 'context', elements: [marked(`<${url}|Your inbox>`)] },
    ],
  };
}

const conditionWords = { OPEN: 'open', FULFILLED: 'done', EXPIRED: 'not kept in time' } as const;

export function renderStatus(
  status: VersionStatus | undefined,
  asked: { model: string; version: string },
): CommandAnswer {
  if (!status) {
    const text = `There is no version ${asked.version} of ${asked.model} that you may see.`;
    return { text: escaped(text, 1_000), blocks: [{ type: 'section', text: plain(text, limits.section) }] };
  }
  const { model, version, stage, riskTier, conditions, reviews, url } = status;
  const title = `${escaped(model, 200)} ${escaped(version, 80)}`;
  return {
    text: `${title} is ${stage.replaceAll('_', ' ')}`,
    blocks: [
      {
        type: 'section',
        text: marked(`${bold(`${model} ${version}`, 300)} is ${escaped(stage.replaceAll('_', ' '), 60)} · ${riskTier} risk · <${url}|its page>`), // prettier-ignore
      },
      ...conditions.slice(0, MOST_LISTED).map((condition): Block => ({
        type: 'section',
        text: marked(`On condition: ${escaped(condition.text, 1_000)} · ${escaped(condition.owner, 200)} · due ${condition.dueAt.slice(0, 10)} · ${conditionWords[condition.state]}`), // prettier-ignore
      })),
      ...reviews.slice(0, MOST_LISTED).map((review): Block => {
        const standing = review.outcome ?? review.state;
        return {
          type: 'section',
          text: marked(`${bold(review.title, 100)} · ${standing.toLowerCase().replaceAll('_', ' ')} · ${escaped(review.progress, 300)} · <${review.url}|open>`), // prettier-ignore
        };
      }),
    ],
  };
}

export function renderCommandHelp(): CommandAnswer {
  const text = '`/countersign` lists the reviews that wait for you. `/countersign status MODEL VERSION` says where a version stands.'; // prettier-ignore
  return { text, blocks: [{ type: 'section', text: marked(text) }] };
}
