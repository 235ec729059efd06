import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createSigningKey,
  NoteError,
  openCheckpoint,
  parseCheckpoint,
  parseSigningKey,
  parseVerifierKey,
  signCheckpoint,
} from './checkpoint.ts';

// Keys, text and signature of the tests of Go's golang.org/x/mod/sumdb/note, from which the format comes.
const goSigningKey = 'PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz';
const goVerifierKey = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const goText = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const goSignature =
  '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n';
const goOtherSignature =
  '— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n';

const key = parseSigningKey(createSigningKey('example.org/journal'));
const verifier = parseVerifierKey(key.verifierKey);
const root = Buffer.alloc(32, 7);

describe('a signed note', () => {
  it('is signed, byte for byte, as Go signs it', () => {
    const signer = parseSigningKey(goSigningKey);
    expect(signer.verifierKey).toBe(goVerifierKey);
    expect(signer.signNote(goText)).toBe(`${goText}\n${goSignature}`);
  });

  it('opens when one of several signatures is by the known key', () => {
    const note = `${goText}\n${goOtherSignature}${goSignature}`;
    expect(parseVerifierKey(goVerifierKey).openNote(note)).toBe(goText);
  });

  it('does not open for a key that signed nothing in it', () => {
    expect(() => verifier.openNote(`${goText}\n${goSignature}`)).toThrow(/nothing in it is signed by example.org/);
  });

  it('does not open after any change of any character', () => {
    const note = signCheckpoint(key, { size: 12, root });
    fc.assert(
      fc.property(fc.nat(note.length - 1), fc.integer({ min: 32, max: 126 }), (at, code) => {
        const changed = note.slice(0, at) + String.fromCharCode(code) + note.slice(at + 1);
        fc.pre(changed !== note);
        expect(() => openCheckpoint(verifier, changed)).toThrow(NoteError);
      }),
    );
  });
});

describe('a checkpoint', () => {
  it('says origin, size and root, each on a line', () => {
    expect(signCheckpoint(key, { size: 12, root }).split('\n').slice(0, 4)).toEqual([
      'example.org/journal',
      '12',
      'BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=',
      '',
    ]);
    expect(openCheckpoint(verifier, signCheckpoint(key, { size: 12, root }))).toEqual({
      origin: 'example.org/journal',
      size: 12,
      root,
    });
  });

  it('of another log is refused, though the key signed it', () => {
    const foreign = key.signNote(`example.org/other\n12\n${root.toString('base64')}\n`);
    expect(() => openCheckpoint(verifier, foreign)).toThrow(/of the log example.org\/other/);
  });

  it.each([
    ['no size', `o\n\n${root.toString('base64')}\n`],
    ['a size with a leading zero', `o\n012\n${root.toString('base64')}\n`],
    ['a negative size', `o\n-1\n${root.toString('base64')}\n`],
    ['a size beyond numbers', `o\n99999999999999999999\n${root.toString('base64')}\n`],
    ['a short root', 'o\n1\nBwcH\n'],
    ['a root that is no base64', `o\n1\n${'!'.repeat(44)}\n`],
    ['nothing', ''],
  ])('with %s is refused', (_what, text) => {
    expect(() => parseCheckpoint(text)).toThrow(NoteError);
  });
});

describe('a key', () => {
  it.each(['', 'PRIVATE+KEY+a+00000000+AA==', 'a+b', goSigningKey.replace('c74f20a3', 'c74f20a4'), goVerifierKey])(
    'spelled %j cannot sign',
    (text) => {
      expect(() => parseSigningKey(text)).toThrow(NoteError);
    },
  );

  it('of another name has another id', () => {
    expect(() => parseVerifierKey(goVerifierKey.replace('PeterNeumann', 'Mallory'))).toThrow(NoteError);
  });
});
