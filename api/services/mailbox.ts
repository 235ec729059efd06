/** A mail as the demo caught it. */
export interface CaughtMail {
  id: string;
  /** RFC 3339. */
  at: string;
  from: string;
  to: string;
  subject: string;
  text: string;
  html: string;
  /** Lower-case name → value. */
  headers: Record<string, string>;
  /** Pictures within the HTML, by Content-ID. */
  pictures: Record<string, { mediaType: string; base64: string }>;
}

/** The mails that the demo caught instead of sending them, newest first. */
export interface Mailbox {
  list: () => readonly CaughtMail[];
  find: (id: string) => CaughtMail | undefined;
}
