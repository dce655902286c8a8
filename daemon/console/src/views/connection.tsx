export function ConnectionView(_: { id?: string }) { return null; }
