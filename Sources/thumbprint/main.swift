print("thumbprint")
