"""What a camera's failures mean, in words: from libav's and the system's errors to one `DeviceError` each."""

import errno

from kiosk.errors import DeviceError


def camera_error(what: str, advice: str) -> DeviceError:
    """A `DeviceError` of the camera."""
    return DeviceError("camera", what, advice)


def device_fault(device: str, error: Exception) -> DeviceError:
    """Why a camera device can't be used, from the error number that opening or reading it gave."""
    number = getattr(error, "errno", None)
    if number in {errno.ENOENT, errno.ENXIO}:
        return camera_error(f"There is no camera at {device}.", "Plug the camera in, or set another [camera] source.")
    if number in {errno.ENODEV, errno.EIO}:
        return camera_error(
            f"The camera at {device} was unplugged.", "Plug it in again; it is used as soon as it is back."
        )
    if number == errno.EBUSY:
        return camera_error(f"Another program is using the camera at {device}.", "Close that program.")
    if number in {errno.EACCES, errno.EPERM}:
        return camera_error(
            f"This user may not use the camera at {device}.", "Add the user to the group video, then log in again."
        )
    if number in {errno.ENOTTY, errno.EISDIR}:
        return camera_error(f"{device} is no camera.", "Set [camera] source to a camera, e.g. v4l2:/dev/video0.")
    return camera_error(f"The camera at {device} doesn't work ({_short(error)}).", "Unplug it and plug it in again.")


def file_fault(path: str, error: Exception) -> DeviceError:
    """Why a video file can't be used."""
    number = getattr(error, "errno", None)
    if number == errno.ENOENT:
        return camera_error(f"There is no file {path}.", "Set [camera] source to a video file that exists.")
    if number in {errno.EACCES, errno.EPERM}:
        return camera_error(f"This user may not read {path}.", "Change the file's permissions.")
    if number == errno.EISDIR:
        return camera_error(f"{path} is a folder.", "Set [camera] source to a video file.")
    return no_pictures(path)


def no_pictures(path: str) -> DeviceError:
    """A file that is empty, broken, or no video."""
    return camera_error(
        f"{path} is no video that can be played.", "Check that a media player shows it, or use another file."
    )


def _short(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error)).splitlines()[0][:80]
