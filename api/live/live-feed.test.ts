import { expect, it } from 'vitest';
import type { AddressedEvent } from '../../domain/live-event.ts';
import { createLiveFeed, type LiveFeedLimits } from './live-feed.ts';

const eventOf = (id: string, submittedBy = 'pipeline'): AddressedEvent => ({
  submittedBy,
  event: { id, type: 'review.opened', at: '2026-11-21T10:00:00.000Z', reviewId: 'rev_1', revision: 1, state: 'READY', modelVersionId: 'mver_1', model: 'm', version: '1', stage: 'validating' },
}); // prettier-ignore

function open(limits: Partial<LiveFeedLimits> = {}) {
  const feed = createLiveFeed(limits);
  const join = (lastEventId?: string, scope: string | null = null) => {
    const reader = { text: '', owed: 0, isEnded: false };
    const leave = feed.subscribe({
      handle: 'vera',
      scope,
      lastEventId,
      sink: {
        write: (frame) => void (reader.text += frame.toString()),
        backlog: () => reader.owed,
        end: () => void (reader.isEnded = true),
      },
    });
    return Object.assign(reader, { leave, ids: () => [...reader.text.matchAll(/^id: (\S+)$/gm)].map(([, id]) => id) });
  };
  return { feed, join };
}

it('greets a reader only once every further event is sure to come', () => {
  const { feed, join } = open();
  let calls = 0;
  feed.whenWanted(() => calls++);
  const reader = join();
  expect([reader.text, calls]).toEqual(['', 1]);
  feed.begin({ transaction: 7n, sequence: 0n });
  expect(reader.text).toBe('retry: 2000\nid: 7-0\nevent: ready\ndata: {}\n\n');
});

it('resumes from what is kept, and says when more was missed', () => {
  const { feed, join } = open({ kept: 3, replayed: 2 });
  feed.begin({ transaction: 1n, sequence: 0n });
  feed.publish(['2-10', '3-4', '10-1', '10-2'].map((id) => eventOf(id)));
  expect(join('10-1').ids()).toEqual(['10-2']);
  expect(join('3-4').ids()).toEqual(['10-1', '10-2']);
  // Two are the most that are sent again, and 2-10 is not kept any more.
  for (const heard of ['2-10', '1-0', 'x']) expect(join(heard).text).toContain('event: reset');
  expect(join('10-2').text).toContain('event: ready');
});

it('after a pause sends everybody who comes back to read again', () => {
  const { feed, join } = open();
  feed.begin({ transaction: 1n, sequence: 0n });
  feed.publish([eventOf('2-1')]);
  feed.pause();
  const reader = join('2-1');
  feed.begin({ transaction: 5n, sequence: 0n });
  expect(reader.text).toContain('event: reset');
  expect(reader.ids()).toEqual(['5-0']);
});

it('tells software of its own versions, also when it resumes', () => {
  const { feed, join } = open();
  feed.begin({ transaction: 1n, sequence: 0n });
  const reader = join(undefined, 'pipeline');
  feed.publish([eventOf('2-1', 'other'), eventOf('2-2'), eventOf('2-3', 'other')]);
  expect(reader.ids()).toEqual(['1-0', '2-2']);
  expect(join('1-0', 'pipeline').ids()).toEqual(['2-2']);
});

it('is wanted while somebody reads, and for a while afterwards', () => {
  const { feed, join } = open({ lingerMs: 0 });
  expect(feed.isWanted()).toBe(false);
  const reader = join();
  expect(feed.isWanted()).toBe(true);
  reader.leave();
  expect(feed.isWanted()).toBe(false);
  const patient = open({ lingerMs: 60_000 });
  patient.join().leave();
  expect(patient.feed.isWanted()).toBe(true);
});

it('lets a reader go who owes it too much', () => {
  const { feed, join } = open({ backlog: 1_000 });
  feed.begin({ transaction: 1n, sequence: 0n });
  const [slow, quick] = [join(), join()];
  slow.owed = 1_001;
  feed.publish([eventOf('2-1')]);
  expect([slow.isEnded, quick.isEnded, feed.count()]).toEqual([true, false, 1]);
});
