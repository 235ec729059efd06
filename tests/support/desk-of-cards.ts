// A channel that keeps what it is given on a desk, where a test reads it; it can be told to fail.
import type { Card, CardRecipient, CardSender, Notice } from '../../domain/card.ts';

export interface LaidCard {
  recipient: string;
  place: string;
  card: Card;
  /** How often it was laid or changed. */
  times: number;
}

export interface DeskOfCards extends CardSender {
  cards: LaidCard[];
  notices: { recipient: string; notice: Notice }[];
  /** Called before each attempt; throws to refuse it. */
  refuse: (recipient: CardRecipient) => void;
}

export function deskOfCards(channel: 'slack' | 'email'): DeskOfCards {
  const cards: LaidCard[] = [];
  const notices: DeskOfCards['notices'] = [];
  const desk: DeskOfCards = {
    channel,
    cards,
    notices,
    refuse: () => undefined,
    deliver: async (card, recipient, place) => {
      desk.refuse(recipient);
      const lying = place && cards.find((laid) => laid.place === place.at);
      if (place && !lying) throw new Error(`${place.at} is no place on this desk`);
      if (lying) {
        if (lying.recipient !== recipient.name) throw new Error('Another recipient has this place');
        Object.assign(lying, { card, times: lying.times + 1 });
        return { at: lying.place };
      }
      const laid = { recipient: recipient.name, place: `${channel}-${cards.length + 1}`, card, times: 1 };
      cards.push(laid);
      return { at: laid.place };
    },
    tell: async (notice, recipient) => {
      desk.refuse(recipient);
      notices.push({ recipient: recipient.name, notice });
    },
  };
  return desk;
}
