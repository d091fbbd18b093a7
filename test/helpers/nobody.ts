/** A host where nobody listens. A port that was free a moment ago may be another test's by now. */
export const NOBODY = '127.0.0.1:1';
