/** A finding by its check's title, and by what it is about where the check looks at several things and the title does not say. */
export function findingName({ id, title }: { id: string; title: string }): string {
  const subject = id.split(':').slice(1).join(':');
  return subject === '' || title.includes(subject) ? title : `${title}: ${subject}`;
}
