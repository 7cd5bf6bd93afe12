// FirmwareImage
