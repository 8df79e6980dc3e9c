/** URLs of pictures on our server, which fetches them, so that no browser contacts an instance. */
export const avatarPath = (platformId: number): string => `/api/platforms/${platformId}/avatar`;

export const picturePath = (imageId: number): string => `/api/media/${imageId}/picture`;
