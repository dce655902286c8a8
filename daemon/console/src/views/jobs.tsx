export function Jobs(_: { id?: string }) { return null; }
