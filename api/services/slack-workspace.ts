// The demo's Slack as its page sees it: what lies in each conversation, and what a person can press there.

export interface WorkspaceMessage {
  channel: string;
  ts: string;
  threadTs: string | null;
  /** Whose direct messages it lies in; else who wrote it. */
  user: string;
  text: string;
  blocks: unknown[];
}

/** The view as it was sent, and for whom. */
export interface WorkspaceView extends Record<string, unknown> {
  id: string;
  user: string | null;
  /** What opened it; null for the Home. */
  trigger: string | null;
  isOpen: boolean;
}

export interface ScreenMessage {
  ts: string;
  text: string;
  blocks: unknown[];
  isEdited: boolean;
  /** Only this person sees it. */
  isPrivate: boolean;
  pictures: { id: string; title: string; alt: string }[];
  replies: ScreenMessage[];
}

export interface Screen {
  me: { userId: string; name: string };
  conversation: { id: string; name: string };
  messages: ScreenMessage[];
  home: { viewId: string; blocks: unknown[] } | undefined;
  /** The modal that is in front, with what was typed into it and what is wrong with that. */
  modal:
    | { viewId: string; view: Record<string, unknown>; values: Record<string, string>; errors: Record<string, string> }
    | undefined;
}

export interface Person {
  userId: string;
  name: string;
}

export interface SlackWorkspace {
  people: readonly Person[];
  channel: { id: string; name: string };
  /** Modals in the order in which they opened; of the Home each person's last. */
  everything: () => { items: WorkspaceMessage[]; nextCursor: null; views: WorkspaceView[]; homes: WorkspaceView[] };
  /** `place`: a channel's id, `home`, or `dm`. undefined for nobody of this workspace. */
  look: (userId: string, place: string) => Screen | undefined;
  /** Each posts the signed request that Slack would, and resolves once something came of it or nothing will. */
  press: (userId: string, press: { place: string; ts?: string; viewId?: string; block: number; element: number }) => Promise<void>; // prettier-ignore
  submit: (userId: string, viewId: string, fields: Record<string, string>) => Promise<void>;
  close: (userId: string, viewId: string) => void;
  command: (userId: string, place: string, text: string) => Promise<void>;
  openHome: (userId: string) => Promise<void>;
  picture: (id: string) => Uint8Array | undefined;
}
