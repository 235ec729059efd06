import { secureHeaders } from 'hono/secure-headers';

/** Nothing but our own files runs, shows or frames; HTTPS stays HTTPS where we are served by it. */
export const pageHeaders = (publicUrl: string) =>
  secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'", 'data:'],
      fontSrc: ["'self'"],
      connectSrc: ["'self'"],
      manifestSrc: ["'self'"],
      workerSrc: ["'self'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
      baseUri: ["'none'"],
      frameSrc: ["'self'"],
    },
    // A page that says more of itself, such as one to be framed by another of ours, is heard.
    overwrite: false,
    xFrameOptions: 'DENY',
    // Browsers that know no Sec-Fetch-Site must still name their Origin to us, which 'no-referrer' would make null.
    referrerPolicy: 'same-origin',
    strictTransportSecurity: publicUrl.startsWith('https:') ? 'max-age=31536000; includeSubDomains' : false,
  });
