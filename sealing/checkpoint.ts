// Checkpoints as C2SP tlog-checkpoint in a C2SP signed-note, with Ed25519: https://c2sp.org/tlog-checkpoint, https://c2sp.org/signed-note
import { createPrivateKey, createPublicKey, hash, randomBytes, sign, verify, type KeyObject } from 'node:crypto';

export interface Checkpoint {
  /** Names the log; its signer has the same name. */
  origin: string;
  /** Leaves in the tree. */
  size: number;
  /** Root of the tree, 32 bytes. */
  root: Buffer;
}

export interface Signer {
  name: string;
  /** Of the key, for other tools and people: `<name>+<key id>+<public key>`. */
  verifierKey: string;
  /** Signs the text of a note, which ends with a line break; answers the whole note. */
  signNote: (text: string) => string;
}

export interface Verifier {
  name: string;
  /** The text of the note when one of its signatures is of this key and holds. Throws NoteError. */
  openNote: (note: string) => string;
}

/** A note, checkpoint or key that is not what it should be; the message says in what. */
export class NoteError extends Error {
  override name = 'NoteError';
}

const ED25519 = 1;
const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
// What RFC 8410 puts before the bytes of an Ed25519 key.
const privatePrefix = Buffer.from('302e020100300506032b657004220420', 'hex');
const publicPrefix = Buffer.from('302a300506032b6570032100', 'hex');

/** A new key as text, to be kept secret: `PRIVATE+KEY+<name>+<key id>+<seed>`. */
export function createSigningKey(name: string): string {
  const seed = randomBytes(KEY_BYTES);
  return `PRIVATE+KEY+${requireName(name)}+${keyIdOf(name, rawPublicKey(privateKeyOf(seed))).toString('hex')}+${encodeKey(seed)}`;
}

/** Throws NoteError for what is no signing key. */
export function parseSigningKey(text: string): Signer {
  const [, name, id, encoded] = /^PRIVATE\+KEY\+([^+\s]+)\+([0-9a-f]{8})\+(\S+)$/.exec(text.trim()) ?? [];
  if (name === undefined || id === undefined || encoded === undefined)
    throw new NoteError('a signing key is PRIVATE+KEY+<name>+<key id>+<key>');
  const privateKey = privateKeyOf(decodeKey(encoded));
  const publicKey = rawPublicKey(privateKey);
  const keyId = keyIdOf(name, publicKey);
  if (keyId.toString('hex') !== id) throw new NoteError('the key id is not that of the signing key');
  return {
    name,
    verifierKey: `${name}+${id}+${encodeKey(publicKey)}`,
    signNote: (text) => {
      if (!text.endsWith('\n')) throw new NoteError('the text of a note ends with a line break');
      const signature = sign(null, Buffer.from(text), privateKey);
      return `${text}\n— ${name} ${Buffer.concat([keyId, signature]).toString('base64')}\n`;
    },
  };
}

/** Throws NoteError for what is no verifier key. */
export function parseVerifierKey(text: string): Verifier {
  const [, name, id, encoded] = /^([^+\s]+)\+([0-9a-f]{8})\+(\S+)$/.exec(text.trim()) ?? [];
  if (name === undefined || id === undefined || encoded === undefined)
    throw new NoteError('a verifier key is <name>+<key id>+<key>');
  const raw = decodeKey(encoded);
  const keyId = keyIdOf(name, raw);
  if (keyId.toString('hex') !== id) throw new NoteError('the key id is not that of the verifier key');
  const publicKey = createPublicKey({ key: Buffer.concat([publicPrefix, raw]), format: 'der', type: 'spki' });
  return {
    name,
    openNote: (note) => {
      const { text, signatures } = splitNote(note);
      const ours = signatures.filter((signature) => signature.name === name && signature.keyId.equals(keyId));
      if (ours.length === 0) throw new NoteError(`nothing in it is signed by ${name} with key ${id}`);
      for (const { signature } of ours)
        if (signature.length !== SIGNATURE_BYTES || !verify(null, Buffer.from(text), publicKey, signature))
          throw new NoteError(`the signature of ${name} does not hold`);
      return text;
    },
  };
}

interface NoteSignature {
  name: string;
  keyId: Buffer;
  signature: Buffer;
}

function splitNote(note: string): { text: string; signatures: NoteSignature[] } {
  const end = note.lastIndexOf('\n\n');
  if (end < 0 || !note.endsWith('\n') || /[^\P{Cc}\n]|\ufffd/u.test(note))
    throw new NoteError('it is not a signed note: text, an empty line, signatures');
  const lines = note.slice(end + 2, -1).split('\n');
  const signatures = lines.map((line) => {
    const [, name, encoded] = /^— ([^+\s]+) (\S+)$/u.exec(line) ?? [];
    const bytes = decodeBase64(encoded ?? '');
    if (name === undefined || bytes.length <= 4) throw new NoteError('a signature line is — <name> <base64>');
    return { name, keyId: bytes.subarray(0, 4), signature: bytes.subarray(4) };
  });
  return { text: note.slice(0, end + 1), signatures };
}

export function encodeCheckpoint({ origin, size, root }: Checkpoint): string {
  return `${requireName(origin)}\n${size}\n${root.toString('base64')}\n`;
}

/** Throws NoteError for what is no checkpoint. Lines after the third are extensions and ignored. */
export function parseCheckpoint(text: string): Checkpoint {
  const [origin = '', size = '', root = ''] = text.split('\n');
  if (origin === '') throw new NoteError('a checkpoint begins with its origin');
  if (!/^(0|[1-9]\d*)$/.test(size) || !Number.isSafeInteger(Number(size)))
    throw new NoteError('its second line is the number of entries');
  const bytes = decodeBase64(root);
  if (bytes.length !== KEY_BYTES) throw new NoteError('its third line is a root of 32 bytes in base64');
  return { origin, size: Number(size), root: bytes };
}

export const signCheckpoint = (signer: Signer, tree: { size: number; root: Buffer }): string =>
  signer.signNote(encodeCheckpoint({ origin: signer.name, ...tree }));

/** The checkpoint in a note. Throws NoteError when the signature does not hold or the log is another one. */
export function openCheckpoint(verifier: Verifier, note: string): Checkpoint {
  const checkpoint = parseCheckpoint(verifier.openNote(note));
  if (checkpoint.origin !== verifier.name)
    throw new NoteError(`it is of the log ${checkpoint.origin}, not of ${verifier.name}`);
  return checkpoint;
}

/** Nothing for what is no base64, or is base64 spelled otherwise than we would: Node reads anything. */
function decodeBase64(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : Buffer.of();
}

function requireName(name: string): string {
  if (name === '' || /[\s+]/.test(name)) throw new NoteError('a name has no spaces and no plus signs');
  return name;
}

const keyIdOf = (name: string, publicKey: Buffer): Buffer =>
  hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), Buffer.of(ED25519), publicKey]), 'buffer').subarray(0, 4);

const encodeKey = (key: Buffer): string => Buffer.concat([Buffer.of(ED25519), key]).toString('base64');

function decodeKey(encoded: string): Buffer {
  const bytes = decodeBase64(encoded);
  if (bytes.length !== KEY_BYTES + 1 || bytes[0] !== ED25519) throw new NoteError('the key is not an Ed25519 key');
  return bytes.subarray(1);
}

const privateKeyOf = (seed: Buffer): KeyObject =>
  createPrivateKey({ key: Buffer.concat([privatePrefix, seed]), format: 'der', type: 'pkcs8' });

const rawPublicKey = (privateKey: KeyObject): Buffer =>
  createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(publicPrefix.length);
